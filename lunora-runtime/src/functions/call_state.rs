//! What all contexts of one run of a query or mutation share.

use std::{fmt, sync::Arc};

use lunora_core::{
    error::{Error, Result},
    identity::Identity,
    job::JobId,
    limits::LimitExceeded,
    time::Time,
};
use parking_lot::Mutex;

use super::{
    auth::Auth,
    engine::Engine,
    limits::CallLimits,
    looked::Looked,
    random::{CallRng, SeededRng},
    scheduler::{Desk, JobRun, Made},
};
use crate::{
    database::{SharedTransaction, Transaction},
    sync::Instant,
};

/// A run of a query or mutation with everything that is nested in it: one transaction, one time, one generator.
pub(super) struct CallState {
    pub(super) engine: Arc<Engine>,
    pub(super) transaction: SharedTransaction,
    pub(super) identity: Option<Arc<Identity>>,
    now: Time,
    /// Until when it may work.
    pub(super) ends: Instant,
    rng: Mutex<SeededRng>,
    /// What the run has looked at besides the database.
    pub(super) looked: Looked,
    /// The job that it is a part of.
    job: Option<JobRun>,
    /// What it has done to jobs.
    pub(super) made: Made,
}

impl CallState {
    pub(super) fn new(
        engine: Arc<Engine>,
        transaction: Transaction,
        identity: Option<Arc<Identity>>,
        job: Option<JobRun>,
        now: Time,
        ends: Instant,
        seed: [u8; 32],
    ) -> Arc<Self> {
        let transaction = SharedTransaction::new(transaction);
        Arc::new(Self {
            engine,
            transaction,
            identity,
            now,
            ends,
            rng: Mutex::new(SeededRng::new(seed)),
            looked: Looked::default(),
            job,
            made: Made::default(),
        })
    }

    /// The jobs of its transaction.
    pub(super) fn desk(&self) -> Desk<'_> {
        let within = self.job.as_ref().and_then(JobRun::action).map(|action| action.id);
        let ends = self.engine.jobs.ends();
        Desk::new(&self.transaction, &self.made, ends, self.now, within)
    }

    /// The transaction is that of this job, and ends it.
    pub(super) fn is_run_of(&self, job: JobId) -> bool {
        self.job.as_ref().is_some_and(|run| run.is_own(job))
    }

    /// What is to be done once its transaction is ordered.
    pub(super) fn was_ordered(&self) {
        self.engine.jobs.hear(&self.made);
    }

    pub(super) fn auth(&self) -> Auth<'_> {
        self.looked.at_identity();
        Auth::new(self.identity.as_deref())
    }

    pub(super) fn now(&self) -> Time {
        self.looked.at_moment();
        self.now
    }

    pub(super) fn rng(&self) -> CallRng<'_> {
        self.looked.at_moment();
        CallRng(&self.rng)
    }
}

impl fmt::Debug for CallState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallState")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// How deep a call is nested; the outermost is at 0.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Depth(u32);

impl Depth {
    /// That of a call that is nested in one at this depth.
    pub(super) fn deeper(self, limits: &CallLimits) -> Result<Self> {
        if self.0 < limits.call_depth {
            return Ok(Self(self.0 + 1));
        }
        Err(Error::from(LimitExceeded {
            name: "call_depth",
            limit: limits.call_depth.into(),
            advice: "does this function call itself?",
        }))
    }
}
