//! One run of a watched query, on a thread of the executor.

use std::{sync::Arc, time::Duration};

use lunora_core::{
    error::{Error, Result},
    identity::Identity,
};

use super::{
    super::{
        call_state::Depth,
        engine::Engine,
        function::Function,
        query_run::Ran,
        results::{Finished, QueryKey, QueryOutcome, SharedValue, UserKey},
        transaction::Work,
    },
    runs::RunId,
    shared::Shared,
};
use crate::{
    store::{Snapshot, StoreError},
    sync::Instant,
};

/// What a run needs, taken out from behind the lock.
pub(super) struct Job {
    pub(super) run: RunId,
    pub(super) function: Arc<Function>,
    pub(super) key: Arc<QueryKey>,
    pub(super) identity: Option<Arc<Identity>>,
    pub(super) user: UserKey,
    pub(super) snapshot: Arc<dyn Snapshot>,
}

/// A run that has to be reported, whatever becomes of it.
pub(super) struct Unreported {
    shared: Arc<Shared>,
    run: Option<RunId>,
}

impl Job {
    /// How long it may take before its thread counts as stuck.
    pub(super) fn patience(&self, engine: &Engine) -> Duration {
        Duration::from_millis(engine.limits.with(self.function.limits).work_millis)
    }

    /// Runs the query and reports.
    pub(super) fn run(self, shared: &Arc<Shared>) {
        let mut unreported = Unreported {
            shared: Arc::clone(shared),
            run: Some(self.run),
        };
        let (started, run) = (Instant::now(), self.run);
        shared.has_thread(run, started);
        let result = self.finished(shared.engine());
        unreported.run = None;
        match result {
            Ok(finished) => shared.with(|state| state.finish(run, finished, started.elapsed())),
            Err(error) => {
                tracing::warn!(%error, "a live query could not be run, and is tried again");
                shared.with(|state| state.try_later(run, Instant::now()));
            }
        }
    }

    /// The result; an error if it is not the function's and may pass.
    fn finished(self, engine: &Arc<Engine>) -> Result<Finished> {
        let found = engine.results.find(&self.key, || self.user);
        // What was run before the snapshot and holds until now holds at the snapshot.
        let found = found.filter(|found| found.run.ran_at <= self.snapshot.timestamp());
        let finished = match found {
            Some(found) => found.run,
            None => self.execute(engine)?,
        };
        // Here, once for all who watch, and not behind the lock.
        finished.outcome.fingerprint();
        Ok(finished)
    }

    fn execute(self, engine: &Arc<Engine>) -> Result<Finished> {
        let work = Work {
            engine: Arc::clone(engine),
            function: self.function,
            args: self.key.args()?,
            identity: self.identity,
            depth: Depth::default(),
            key: None,
            class: self.key.class(),
            at: None,
            job: None,
        };
        let (snapshot, journal) = (self.snapshot, self.key.journal().cloned());
        let ran = work.run_once(Instant::now(), |database, options| {
            let mut transaction = database.begin_on(snapshot, options);
            if let Some(journal) = &journal {
                transaction.resume(journal.to_string());
            }
            Ok(transaction)
        })?;
        finished(self.key, ran, journal)
    }
}

fn finished(key: Arc<QueryKey>, ran: Ran, journal_before: Option<Arc<str>>) -> Result<Finished> {
    let (reads, ran_at, mut journal) = (Arc::new(ran.reads()), ran.ts(), ran.journal());
    let audience = ran.audience;
    let result = match ran.result {
        Ok(value) => Ok(Arc::new(SharedValue::new(value))),
        Err(error) if error.downcast_ref::<StoreError>().is_some() => return Err(error),
        Err(error) => {
            // A page that cannot be had for now still ends where it did.
            journal = journal.or(journal_before);
            Err(error)
        }
    };
    let outcome = QueryOutcome::new(result, journal);
    log(&key, &outcome);
    Ok(Finished {
        key,
        audience,
        outcome: Arc::new(outcome),
        reads,
        ran_at,
    })
}

/// One line for a failure, under the id by which all who watch are told of it.
pub(super) fn log(key: &QueryKey, outcome: &QueryOutcome) {
    let Err(error) = outcome.result() else { return };
    let (function, request_id) = (key.path(), outcome.id());
    if error.is_readable() {
        tracing::debug!(function, %request_id, %error, "a live query fails");
    } else {
        tracing::error!(function, %request_id, %error, "a live query fails");
    }
}

/// The run was lost: a panic went past it, or the executor has ended.
#[derive(Debug, thiserror::Error)]
#[error("the run of the query was lost")]
struct Lost;

impl Drop for Unreported {
    fn drop(&mut self) {
        if let Some(run) = self.run.take() {
            let outcome = Arc::new(QueryOutcome::new(Err(Error::from(Lost)), None));
            self.shared
                .with(|state| state.lose(run, &outcome, Instant::now()));
        }
    }
}
