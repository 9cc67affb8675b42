//! What an action gets.

use std::{fmt, sync::Arc};

use lunora_core::{
    error::Result,
    identity::Identity,
    job::JobId,
    reference::{Call, FunctionRef, IsAction, IsMutation, IsQuery, Output},
    time::Time,
};

use super::{
    Auth, BoxFuture, CallRng,
    blocked::{HasDatabase, HasRng},
    call::{decode_output, encode_args},
    call_state::Depth,
    engine::Engine,
    scheduler::{Cancellation, JobRun, RunningAction, Scheduler},
};
use crate::database::Reader;

/// Talks to the world, and reaches data through functions, each in a transaction of its own.
pub struct ActionCtx {
    pub(super) engine: Arc<Engine>,
    pub(super) identity: Option<Arc<Identity>>,
    pub(super) now: Time,
    pub(super) depth: Depth,
    /// The job that it is run as, or a part of.
    pub(super) job: Option<Arc<RunningAction>>,
}

impl ActionCtx {
    /// For an action that nothing else calls.
    pub(super) fn new(engine: Arc<Engine>, identity: Option<Arc<Identity>>) -> Self {
        Self {
            now: engine.clock.now(),
            engine,
            identity,
            depth: Depth::default(),
            job: None,
        }
    }

    /// Who the call is made for.
    pub fn auth(&self) -> Auth<'_> {
        Auth::new(self.identity.as_deref())
    }

    /// When this action started.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Schedules calls, each in a transaction of its own.
    pub fn scheduler(&self) -> Scheduler<'_> {
        Scheduler::in_action(self)
    }

    /// The job that this action is run as, or a part of: the same for each of its runs.
    pub fn job_id(&self) -> Option<JobId> {
        self.job.as_ref().map(|job| job.id)
    }

    /// Tells whether that job was canceled.
    pub fn cancellation(&self) -> Cancellation {
        let job = self.job.as_ref();
        job.map(|job| job.cancellation.clone()).unwrap_or_default()
    }

    /// Runs a query as of the newest commit that is on disk.
    pub fn run_query<F: FunctionRef<Kind: IsQuery>>(
        &self,
        call: Call<F>,
    ) -> BoxFuture<'_, Result<Output<F>>> {
        self.run(call)
    }

    /// Runs a mutation; it is on disk when this returns.
    pub fn run_mutation<F: FunctionRef<Kind: IsMutation>>(
        &self,
        call: Call<F>,
    ) -> BoxFuture<'_, Result<Output<F>>> {
        self.run(call)
    }

    /// Runs another action.
    pub fn run_action<F: FunctionRef<Kind: IsAction>>(
        &self,
        call: Call<F>,
    ) -> BoxFuture<'_, Result<Output<F>>> {
        self.run(call)
    }

    fn run<F: FunctionRef>(&self, call: Call<F>) -> BoxFuture<'_, Result<Output<F>>> {
        Box::pin(async move {
            let args = encode_args(call)?;
            let depth = self.depth.deeper(&self.engine.calls)?;
            let identity = self.identity.clone();
            let function = self.engine.functions.referenced::<F>()?;
            let job = self.job.clone().map(JobRun::Action);
            let value = self.engine.run_nested(function, args, identity, depth, job);
            decode_output::<F>(value.await)
        })
    }

    /// An HTTP request to the world: `ctx.fetch(url).await?` is a GET; see [`Fetch`](super::Fetch) for the rest.
    #[cfg(feature = "fetch")]
    pub fn fetch(&self, url: impl AsRef<str>) -> super::Fetch {
        super::Fetch::new(self.engine.http(), url.as_ref())
    }

    #[doc(hidden)]
    pub fn db<'a>(&'a self) -> Reader<'a>
    where
        &'a Self: HasDatabase<'a>,
    {
        HasDatabase::db(self)
    }

    #[doc(hidden)]
    pub fn rng<'a>(&'a self) -> CallRng<'a>
    where
        &'a Self: HasRng<'a>,
    {
        HasRng::rng(self)
    }
}

impl fmt::Debug for ActionCtx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActionCtx")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
