//! What a mutation gets.

use std::{ops::Deref, sync::Arc};

use lunora_core::{
    error::Result,
    reference::{Call, FunctionRef, IsMutation, Output},
};

use super::{
    BoxFuture, QueryCtx,
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
        Self { query: QueryCtx { state, depth } }
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
            let query = QueryCtx { state: Arc::clone(&self.state), depth: self.depth.deeper()? };
            let run = self.state.engine.functions.mutation(F::PATH)?;
            let savepoint = self.state.transaction.savepoint()?;
            let result = decode_output::<F>(run(&mut Self { query }, args).await);
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
