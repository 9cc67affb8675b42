//! What a mutation gets.

use std::{ops::Deref, sync::Arc};

use lunora_core::{
    error::Result,
    reference::{Call, FunctionRef, IsMutation, Output},
};

use super::{
    BoxFuture, Ctx, QueryCtx,
    call::{decode_output, encode_args},
    call_state::{CallState, Depth},
    scheduler::{Mark, Scheduler},
};
use crate::database::{Savepoint, Writer};

/// Reads and writes in one transaction, which commits when the mutation returns `Ok`.
///
/// Derefs to [`QueryCtx`], so a helper that takes `&QueryCtx` serves queries and mutations.
#[derive(Debug)]
pub struct MutationCtx {
    query: QueryCtx,
}

impl MutationCtx {
    pub(super) const fn new(state: Arc<CallState>, depth: Depth) -> Self {
        Self {
            query: QueryCtx { state, depth },
        }
    }

    /// The database as of this transaction, for reading and writing.
    pub fn db(&self) -> Writer<'_> {
        self.state.transaction.writer()
    }

    /// Schedules calls in this transaction.
    pub fn scheduler(&self) -> Scheduler<'_> {
        Scheduler::in_mutation(&self.state)
    }

    /// Runs another mutation inside this one. If it fails, its writes are taken back and this one may go on.
    pub fn run_mutation<F: FunctionRef<Kind: IsMutation>>(
        &mut self,
        call: Call<F>,
    ) -> BoxFuture<'_, Result<Output<F>>> {
        Box::pin(async move {
            let args = encode_args(call)?;
            let depth = self.depth.deeper(&self.state.engine.calls)?;
            let mut inner = Self::new(Arc::clone(&self.state), depth);
            let function = self.state.engine.functions.referenced::<F>()?;
            let writes = Tentative::begin(&self.state)?;
            let result = decode_output::<F>((function.run)(Ctx::Mutation(&mut inner), &args).await);
            if result.is_ok() {
                writes.keep();
            }
            result
        })
    }
}

impl Deref for MutationCtx {
    type Target = QueryCtx;
    fn deref(&self) -> &QueryCtx {
        &self.query
    }
}

/// Writes that are taken back unless they are kept: when the inner mutation fails, and when its future is dropped
/// before it is done.
struct Tentative<'a> {
    state: &'a CallState,
    savepoint: Option<Savepoint>,
    /// What had been done to jobs.
    made: Mark,
}

impl<'a> Tentative<'a> {
    fn begin(state: &'a CallState) -> Result<Self> {
        let savepoint = Some(state.transaction.savepoint()?);
        let made = state.made.mark();
        Ok(Self {
            state,
            savepoint,
            made,
        })
    }

    fn keep(mut self) {
        self.savepoint = None;
    }
}

impl Drop for Tentative<'_> {
    fn drop(&mut self) {
        if let Some(savepoint) = self.savepoint.take() {
            // It fails when the transaction is over, and with it these writes.
            let _ = self.state.transaction.rollback(savepoint);
            self.state.made.undo_to(self.made);
        }
    }
}
