//! `ctx.scheduler()` of mutations and actions.

use std::time::Duration;

use lunora_core::{
    error::Result,
    identity::Identity,
    job::{JobId, JobState},
    reference::{Call, CanBeScheduled, FunctionRef},
    time::Time,
};

use super::{Desk, Job, NewJob, Schedule, reader::get};
use crate::functions::{ActionCtx, BoxFuture, call::encode_args, call_state::CallState, engine::Engine};

/// Schedules calls of mutations and actions, public or internal.
///
/// In a mutation a job belongs to the transaction: it is there when the mutation commits, and vanishes with it. In an
/// action each of these methods is a transaction of its own, which is on disk when it returns.
///
/// A mutation runs exactly once, an action at most once, unless it is given [`retry`](Schedule::retry). The job's time is
/// a lower bound; jobs that are late run in the order of their times.
#[derive(Debug, Clone, Copy)]
pub struct Scheduler<'a>(Place<'a>);

/// Where the jobs are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    Mutation(&'a CallState),
    Action(&'a ActionCtx),
}

impl<'a> Scheduler<'a> {
    pub(in crate::functions) const fn in_mutation(state: &'a CallState) -> Self {
        Self(Place::Mutation(state))
    }

    pub(in crate::functions) const fn in_action(ctx: &'a ActionCtx) -> Self {
        Self(Place::Action(ctx))
    }

    /// Runs `call` when `delay` has passed.
    pub fn run_after<F: FunctionRef<Kind: CanBeScheduled>>(
        &self,
        delay: Duration,
        call: Call<F>,
    ) -> Schedule<'a, F> {
        self.run_at(self.0.now() + delay, call)
    }

    /// Runs `call` at `time`; now if that has passed.
    pub fn run_at<F: FunctionRef<Kind: CanBeScheduled>>(&self, time: Time, call: Call<F>) -> Schedule<'a, F> {
        Schedule::new(self.0, time, encode_args(call))
    }

    /// Cancels a job; false if it is over already, is not known any more, is a hook, or is the one that this mutation
    /// runs as, whose success ends it.
    ///
    /// A job that waits never runs then. A mutation that has not committed yet has no effect. An action that runs is
    /// told ([`ActionCtx::cancellation`]), and what it schedules from then on is canceled as well.
    pub fn cancel(&self, job: JobId) -> BoxFuture<'a, Result<bool>> {
        let place = self.0;
        Box::pin(async move {
            if place.is_run_of(job) {
                return Ok(false);
            }
            place.with(move |desk| desk.cancel_for_function(job)).await
        })
    }

    /// The job, as long as it is kept: up to 7 days after its end.
    pub fn get(&self, job: JobId) -> BoxFuture<'a, Result<Option<Job>>> {
        let place = self.0;
        Box::pin(async move { place.with(move |desk| get(desk.transaction(), job)).await })
    }

    /// The first `limit` jobs in this state, up to 1,000: those that are due first, or were over last.
    pub fn list(&self, state: JobState, limit: usize) -> BoxFuture<'a, Result<Vec<Job>>> {
        let place = self.0;
        Box::pin(async move { place.with(move |desk| desk.list(state, limit)).await })
    }
}

impl<'a> Place<'a> {
    pub(super) fn engine(self) -> &'a Engine {
        match self {
            Self::Mutation(state) => &state.engine,
            Self::Action(ctx) => &ctx.engine,
        }
    }

    pub(super) fn caller(self) -> Option<Identity> {
        let auth = match self {
            Self::Mutation(state) => state.auth(),
            Self::Action(ctx) => ctx.auth(),
        };
        auth.identity().cloned()
    }

    /// What is done here is a part of this job's own transaction.
    fn is_run_of(self, job: JobId) -> bool {
        matches!(self, Self::Mutation(state) if state.is_run_of(job))
    }

    /// An action may run for long, so its delays count from now on.
    fn now(self) -> Time {
        match self {
            Self::Mutation(state) => state.now(),
            Self::Action(ctx) => ctx.engine.clock.now(),
        }
    }

    pub(super) async fn schedule(self, job: NewJob) -> Result<JobId> {
        match self {
            Self::Mutation(state) => state.desk().schedule(job),
            // Its transaction may have to be run again.
            Self::Action(_) => self.with(move |desk| desk.schedule(job.clone())).await,
        }
    }

    async fn with<T: Send + 'static>(
        self,
        work: impl Fn(&Desk<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match self {
            Self::Mutation(state) => work(&state.desk()),
            Self::Action(ctx) => ctx.engine.with_jobs_on_disk(ctx.job_id(), work).await,
        }
    }
}
