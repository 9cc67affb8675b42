//! Starting a mutation without waiting for it: for connections, whose next mutation starts when the one before is
//! ordered, and not when it is on disk.

use std::time::Duration;

use lunora_core::error::Error;
use tracing::Span;

use super::{
    call::log,
    dispatch::{Answer, CallError},
    executor::{Executor, Job},
};
use crate::store::Timestamp;

/// How long to wait for room when the executor has none.
const WAIT_FOR_ROOM: Duration = Duration::from_millis(10);

/// Hears how a mutation goes, on threads that are not to wait.
pub trait MutationWatcher: Send + 'static {
    /// Its function is about to run, for the first time or once more.
    fn attempting(&mut self) {}

    /// Its function has run, and what it wrote is about to be ordered.
    fn committing(&mut self) {}

    /// What it wrote is ordered as the commit `ts`, or is not because of a conflict or an error.
    fn committed(&mut self, _ts: Option<Timestamp>) {}

    /// No run of it will follow: a mutation that starts now is ordered after it.
    fn ordered(&mut self) {}

    /// It has a result, which may be told: it is on disk. Comes last, and exactly once.
    fn ended(self, result: Result<Answer, CallError>);
}

/// A mutation for which the executor has no room at the moment. Dropped, it is lost.
#[derive(Debug)]
#[must_use]
pub struct Stalled {
    executor: Executor,
    job: Job,
}

impl Stalled {
    pub(super) const fn new(executor: Executor, job: Job) -> Self {
        Self { executor, job }
    }

    /// Tries again.
    pub fn retry(self) -> Result<(), Self> {
        let Self { executor, job } = self;
        executor.run_job(job).map_err(|job| Self { executor, job })
    }

    /// Tries again until there is room.
    pub(crate) async fn until_there_is_room(self) {
        let mut tried = Err(self);
        while let Err(stalled) = tried {
            tokio::time::sleep(WAIT_FOR_ROOM).await;
            tried = stalled.retry();
        }
    }
}

/// A watcher that hears of an end, whatever becomes of the mutation.
pub(super) struct Awaited<W: MutationWatcher> {
    watcher: Option<W>,
    is_ordered: bool,
}

impl<W: MutationWatcher> Awaited<W> {
    pub(super) const fn new(watcher: W) -> Self {
        Self {
            watcher: Some(watcher),
            is_ordered: false,
        }
    }

    pub(super) fn attempting(&mut self) {
        if let Some(watcher) = &mut self.watcher {
            watcher.attempting();
        }
    }

    pub(super) fn committing(&mut self) {
        if let Some(watcher) = &mut self.watcher {
            watcher.committing();
        }
    }

    pub(super) fn committed(&mut self, ts: Option<Timestamp>) {
        if let Some(watcher) = &mut self.watcher {
            watcher.committed(ts);
        }
    }

    pub(super) fn ordered(&mut self) {
        if let Some(watcher) = &mut self.watcher
            && !self.is_ordered
        {
            self.is_ordered = true;
            watcher.ordered();
        }
    }

    pub(super) fn end(mut self, result: Result<Answer, CallError>) {
        self.finish(result);
    }

    fn finish(&mut self, result: Result<Answer, CallError>) {
        self.ordered();
        if let Some(watcher) = self.watcher.take() {
            watcher.ended(result);
        }
    }
}

impl<W: MutationWatcher> Drop for Awaited<W> {
    fn drop(&mut self) {
        // Without an answer something panicked when the call was cleared away; the log has it.
        if self.watcher.is_some() {
            self.finish(Err(lost()));
        }
    }
}

/// Why a call has no result that the server could tell.
pub(crate) fn lost() -> CallError {
    CallError::Function(Error::internal("the call was lost"))
}

/// Tells the watcher of a mutation that does not start.
pub(super) fn refuse(watcher: impl MutationWatcher, error: impl Into<CallError>) {
    Awaited::new(watcher).end(Err(error.into()));
}

/// A watcher, and something to be done with the result before it hears of it.
pub(super) struct Noted<W, F> {
    pub(super) watcher: W,
    pub(super) note: F,
}

impl<W, F> MutationWatcher for Noted<W, F>
where
    W: MutationWatcher,
    F: FnOnce(&Result<Answer, CallError>) + Send + 'static,
{
    fn attempting(&mut self) {
        self.watcher.attempting();
    }

    fn committing(&mut self) {
        self.watcher.committing();
    }

    fn committed(&mut self, ts: Option<Timestamp>) {
        self.watcher.committed(ts);
    }

    fn ordered(&mut self) {
        self.watcher.ordered();
    }

    fn ended(self, result: Result<Answer, CallError>) {
        (self.note)(&result);
        self.watcher.ended(result);
    }
}

/// Has the result written to the log, within the span of the call.
pub(super) fn logged<W: MutationWatcher>(watcher: W, span: Span) -> impl MutationWatcher {
    Noted {
        watcher,
        note: move |result: &Result<Answer, CallError>| span.in_scope(|| log(result)),
    }
}
