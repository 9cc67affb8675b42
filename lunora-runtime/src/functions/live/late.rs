//! Runs that came to nothing in time, and queries whose failure is not the last word.
//!
//! A run that hangs is given up: those who wait are told of a failure, so that their other queries go on. It is not run
//! again meanwhile, as it would hang once more and take one thread more. When it ends after all, they hear of it if its
//! result holds. If it does not, or is a failure by then, the query runs again after a while, and after a longer one each
//! time that it hangs. A run that was lost is run again after a while as well.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    super::results::{Finished, QueryOutcome},
    again::FOR_TIME,
    connection::{Target, WatchId},
    runs::RunId,
    state::{Holding, State},
};
use crate::sync::Instant;

/// Who waits for what.
#[derive(Debug, Default)]
pub(super) struct Late {
    hanging: HashMap<RunId, Vec<WatchId>>,
    /// Those whose queries run again at a time.
    again: BTreeSet<(Instant, WatchId)>,
}

impl Late {
    /// When the next query is to run again.
    pub(super) fn next(&self) -> Option<Instant> {
        self.again.first().map(|(at, _)| *at)
    }
}

impl State {
    /// A run hangs: who waits for it is told of a failure.
    pub(super) fn give_up(&mut self, id: RunId, outcome: &Arc<QueryOutcome>) {
        let query = self.runs.get(id).map(|run| run.query);
        if let Some(query) = query.and_then(|query| self.queries.get_mut(query)) {
            query.is_slow = true;
        }
        let waiters = self.fail(id, outcome).unwrap_or_default();
        if !waiters.is_empty() {
            self.late.hanging.insert(id, waiters);
        }
        self.settle();
    }

    /// A run was lost.
    pub(super) fn lose(&mut self, id: RunId, outcome: &Arc<QueryOutcome>, now: Instant) {
        let waiters = self.fail(id, outcome);
        if let Some(waiters) = waiters.or_else(|| self.late.hanging.remove(&id)) {
            self.run_again(waiters, now);
        }
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
        if finished.is_some_and(|finished| self.engine.results.keep_late(finished)) {
            // Those who waited for it find it there.
            self.wake_failed(waiters);
            self.settle();
        } else {
            self.run_again(waiters, Instant::now());
        }
    }

    /// Lets queries run again that hold nothing, after a wait.
    pub(super) fn run_again(&mut self, watches: Vec<WatchId>, now: Instant) {
        let at = now + FOR_TIME.after(self.times_tried(&watches));
        let watches = watches.into_iter().map(|watch| (at, watch));
        self.late.again.extend(watches);
    }

    /// Lets queries run again whose time has come.
    pub(super) fn run_again_due(&mut self, now: Instant) {
        let mut due = Vec::new();
        while self.late.next().is_some_and(|next| next <= now) {
            due.extend(self.late.again.pop_first().map(|(_, watch)| watch));
        }
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
                self.is_tried(id);
                self.goes_stale(id);
            }
        }
    }
}
