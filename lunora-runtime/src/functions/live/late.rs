//! Runs that came to nothing in time, and queries whose failure is not the last word.
//!
//! A run that hangs is given up: those who wait are told of a failure, so that their other queries go on. It is not run
//! again meanwhile, as it would hang once more and take one thread more. When it ends after all, they hear of it. A run
//! that was lost is run again after a while.

use std::{collections::HashMap, sync::Arc, time::Duration};

use super::{
    super::results::{Finished, QueryOutcome},
    connection::{Target, WatchId},
    runs::RunId,
    state::{Holding, State},
};
use crate::sync::Instant;

/// How soon a query runs again whose run was lost.
const LOST_WAIT: Duration = Duration::from_secs(10);

/// Who waits for what.
#[derive(Debug, Default)]
pub(super) struct Late {
    /// Those who wait for the end of a run that hangs.
    hanging: HashMap<RunId, Vec<WatchId>>,
    /// Those whose queries run again at a time.
    again: Vec<(Instant, WatchId)>,
}

impl Late {
    /// When the next query is to run again.
    pub(super) fn next(&self) -> Option<Instant> {
        self.again.iter().map(|(at, _)| *at).min()
    }
}

impl State {
    /// A run hangs: who waits for it is told of a failure.
    pub(super) fn give_up(&mut self, id: RunId, outcome: &Arc<QueryOutcome>) {
        let Some(waiters) = self.fail(id, outcome) else {
            return;
        };
        if !waiters.is_empty() {
            self.late.hanging.insert(id, waiters);
        }
        self.settle();
    }

    /// A run was lost.
    pub(super) fn lose(&mut self, id: RunId, outcome: &Arc<QueryOutcome>, now: Instant) {
        let waiters = self.fail(id, outcome);
        let waiters = waiters
            .or_else(|| self.late.hanging.remove(&id))
            .unwrap_or_default();
        let again = waiters.into_iter().map(|watch| (now + LOST_WAIT, watch));
        self.late.again.extend(again);
        self.needs_look = true;
        self.settle();
    }

    /// Ends a run with a failure. Returns who was told.
    fn fail(&mut self, id: RunId, outcome: &Arc<QueryOutcome>) -> Option<Vec<WatchId>> {
        let mut waiters = self.end_run(id)?.waiters;
        waiters.retain(|watch| self.waits(*watch));
        for watch in &waiters {
            self.deliver(*watch, outcome, Holding::Forever);
        }
        Some(waiters)
    }

    /// A run has ended that had been given up, with a result if it gave one.
    pub(super) fn end_late(&mut self, id: RunId, finished: Option<Finished>) {
        let Some(waiters) = self.late.hanging.remove(&id) else {
            return;
        };
        if let Some(finished) = finished {
            // Those who waited for it find it there, unless a commit has overtaken it.
            self.engine.results.keep_late(finished);
        }
        self.wake_failed(waiters);
        self.settle();
    }

    /// Lets queries run again whose time has come.
    pub(super) fn run_again_due(&mut self, now: Instant) {
        let due = self.late.again.extract_if(.., |(at, _)| *at <= now);
        let due: Vec<_> = due.map(|(_, watch)| watch).collect();
        if !due.is_empty() {
            self.wake_failed(due);
            self.settle();
        }
    }

    /// Those among them that still have the failure run again.
    fn wake_failed(&mut self, watches: Vec<WatchId>) {
        for id in watches {
            let watch = self.watches.get(id);
            let has_failed = watch.is_some_and(|watch| {
                let is_waiting = watch.is_stale || watch.is_missing;
                watch.held.is_none() && !is_waiting && matches!(watch.target, Target::Query { .. })
            });
            if has_failed {
                self.goes_stale(id);
            }
        }
    }
}
