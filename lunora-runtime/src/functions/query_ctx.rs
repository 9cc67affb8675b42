//! What a query gets.

use std::sync::Arc;

use lunora_core::{
    error::Result,
    reference::{Call, FunctionRef, IsQuery, Output},
    time::Time,
};

use super::{
    Auth, BoxFuture, CallRng, Ctx,
    blocked::{CanFetch, CanNestMutations, CanRunActions},
    call::{decode_output, encode_args},
    call_state::{CallState, Depth},
    scheduler::JobReader,
};
use crate::database::Reader;

/// Reads: one snapshot of the database, and nothing else that could change between two runs.
#[derive(Debug)]
pub struct QueryCtx {
    pub(super) state: Arc<CallState>,
    pub(super) depth: Depth,
}

impl QueryCtx {
    /// The database as of this call's snapshot, with the writes of the mutation around it.
    pub fn db(&self) -> Reader<'_> {
        self.state.transaction.reader()
    }

    /// Who the call is made for.
    pub fn auth(&self) -> Auth<'_> {
        self.state.auth()
    }

    /// When this run started; the same for everything that is nested in it.
    pub fn now(&self) -> Time {
        self.state.now()
    }

    /// A cryptographic generator, seeded anew for each run; by the test in tests.
    pub fn rng(&self) -> CallRng<'_> {
        self.state.rng()
    }

    /// Jobs to look at.
    pub fn scheduler(&self) -> JobReader<'_> {
        JobReader::new(&self.state.transaction)
    }

    /// Runs another query in the same transaction.
    pub fn run_query<F: FunctionRef<Kind: IsQuery>>(
        &self,
        call: Call<F>,
    ) -> BoxFuture<'_, Result<Output<F>>> {
        Box::pin(async move {
            let args = encode_args(call)?;
            let inner = Self {
                state: Arc::clone(&self.state),
                depth: self.depth.deeper(&self.state.engine.calls)?,
            };
            let function = self.state.engine.functions.referenced::<F>()?;
            decode_output::<F>((function.run)(Ctx::Query(&inner), &args).await)
        })
    }

    #[doc(hidden)]
    pub fn run_mutation<'a, C>(&'a self, _call: C) -> BoxFuture<'a, ()>
    where
        &'a Self: CanNestMutations<'a>,
    {
        CanNestMutations::run_mutation(self)
    }

    #[doc(hidden)]
    pub fn run_action<'a, C>(&'a self, _call: C) -> BoxFuture<'a, ()>
    where
        &'a Self: CanRunActions<'a>,
    {
        CanRunActions::run_action(self)
    }

    #[doc(hidden)]
    pub fn fetch<'a, U>(&'a self, _url: U) -> BoxFuture<'a, ()>
    where
        &'a Self: CanFetch<'a>,
    {
        CanFetch::fetch(self)
    }
}
