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
};
use crate::database::Writer;

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

    /// Runs another mutation inside this one. If it fails, its writes are taken back and this one may go on.
    pub fn run_mutation<F: FunctionRef<Kind: IsMutation>>(
        &mut self,
        call: Call<F>,
    ) -> BoxFuture<'_, Result<Output<F>>> {
        Box::pin(async move {
            let args = encode_args(call)?;
            let mut inner = Self::new(Arc::clone(&self.state), self.depth.deeper()?);
            let function = self.state.engine.functions.referenced(F::PATH)?;
            let savepoint = self.state.transaction.savepoint()?;
            let result = decode_output::<F>((function.run)(Ctx::Mutation(&mut inner), args).await);
            if result.is_err() {
                self.state.transaction.rollback(savepoint)?;
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
