//! Runs that came to nothing in time, and queries whose failure is not the last word.
//!
//! A run that hangs is given up: those who wait are told of a failure, so that their other queries go on. It is not run
//! again meanwhile, as it would hang once more and take one thread more. When it ends after all, they hear of it if its
//! result holds. If it does not, or is a failure by then, the query runs again after a while, and after a longer one each
//! time that it hangs. A run that was lost is run again after a while as well.

use std::{collections::HashMap, sync::Arc, time::Duration};

use super::{
    super::results::{Finished, QueryOutcome},
    connection::{Target, WatchId},
    queries::QueryId,
    runs::RunId,
    state::{Holding, State},
};
use crate::sync::Instant;

/// How soon a query runs again whose run was lost.
const LOST_WAIT: Duration = Duration::from_secs(10);

/// How soon a query runs again whose run hung for nothing; each further wait is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// Who waits for what.
#[derive(Debug, Default)]
pub(super) struct Late {
    hanging: HashMap<RunId, Hung>,
    /// Those whose queries run again at a time.
    again: Vec<(Instant, WatchId)>,
}

/// Those who wait for the end of a run that hangs.
#[derive(Debug)]
struct Hung {
    query: QueryId,
    waiters: Vec<WatchId>,
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
        let Some(hung) = self.fail(id, outcome) else {
            return;
        };
        if let Some(query) = self.queries.get_mut(hung.query) {
            query.hung = query.hung.saturating_add(1);
            query.is_slow = true;
        }
        if !hung.waiters.is_empty() {
            self.late.hanging.insert(id, hung);
        }
        self.settle();
    }

    /// A run was lost.
    pub(super) fn lose(&mut self, id: RunId, outcome: &Arc<QueryOutcome>, now: Instant) {
        let hung = self.fail(id, outcome);
        if let Some(hung) = hung.or_else(|| self.late.hanging.remove(&id)) {
            self.run_again_at(now + LOST_WAIT, hung.waiters);
        }
        self.settle();
    }

    /// Ends a run with a failure. Returns who was told.
    fn fail(&mut self, id: RunId, outcome: &Arc<QueryOutcome>) -> Option<Hung> {
        let run = self.end_run(id)?;
        let (query, mut waiters) = (run.query, run.waiters);
        waiters.retain(|watch| self.waits(*watch));
        for watch in &waiters {
            self.deliver(*watch, outcome, Holding::Forever);
        }
        Some(Hung { query, waiters })
    }

    /// A run has ended that had been given up, with a result if it gave one.
    pub(super) fn end_late(&mut self, id: RunId, finished: Option<Finished>) {
        let Some(Hung { query, waiters }) = self.late.hanging.remove(&id) else {
            return;
        };
        let times = self.queries.get(query).map_or(1, |query| query.hung);
        if finished.is_some_and(|finished| self.engine.results.keep_late(finished)) && times <= 1 {
            // Those who waited for it find it there.
            self.wake_failed(waiters);
            self.settle();
        } else {
            let wait = FIRST_WAIT * 2_u32.saturating_pow(times.saturating_sub(1).min(16));
            self.run_again_at(Instant::now() + wait.min(LONGEST_WAIT), waiters);
        }
    }

    fn run_again_at(&mut self, at: Instant, watches: Vec<WatchId>) {
        self.late
            .again
            .extend(watches.into_iter().map(|watch| (at, watch)));
        self.needs_look = true;
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
