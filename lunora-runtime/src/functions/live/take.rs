//! Handing runs over to the executor.

use std::{mem, sync::Arc, time::Duration};

use super::{job::Job, runs::RunId, state::State};
use crate::sync::Instant;

impl State {
    /// Runs whose time to be tried again has come get in line again.
    pub(super) fn retry_due(&mut self, now: Instant) {
        for id in self.queue.due(now) {
            let query = self.runs.get(id).and_then(|run| self.queries.get(run.query));
            if let Some(query) = query {
                self.queue.push(id, query.is_slow);
            }
        }
    }

    /// The runs for which there are threads.
    pub(super) fn take_jobs(&mut self) -> Vec<Job> {
        let mut jobs = Vec::new();
        while self.queue.has_waiting()
            && let Some(id) = self.next_run(Instant::now())
        {
            match self.job(id) {
                Some(job) => jobs.push(job),
                None => drop(self.end_run(id)),
            }
            // Those who waited for the end of one that is dropped.
            self.settle();
        }
        jobs
    }

    fn next_run(&mut self, now: Instant) -> Option<RunId> {
        let (runs, queries, limits) = (&self.runs, &self.queries, self.engine.limits);
        self.queue.pop(now, |run| {
            let query = runs.get(run).and_then(|run| queries.get(run.query));
            let limits = query.map_or(limits, |query| limits.with(query.function.limits));
            Duration::from_millis(limits.work_millis)
        })
    }

    /// What the run needs; nothing if nobody waits for it any more.
    fn job(&self, id: RunId) -> Option<Job> {
        let run = self.runs.get(id).filter(|run| self.is_wanted(run))?;
        let query = self.queries.get(run.query)?;
        Some(Job {
            run: id,
            function: Arc::clone(&query.function),
            key: Arc::clone(&query.key),
            identity: run.identity.clone(),
            user: run.user,
            snapshot: Arc::clone(&run.snapshot),
        })
    }

    /// When something is due, if nothing else happens before.
    fn due(&self, total_limit: Duration) -> Option<Instant> {
        let queue = self.queue.next_look(total_limit);
        let again = self.late.next().into_iter().chain(self.queries.next_retry());
        queue.into_iter().chain(again).min()
    }

    /// The thread that looks is about to wait: until then.
    pub(super) fn plan_look(&mut self, total_limit: Duration) -> Option<Instant> {
        self.next_look = self.due(total_limit);
        self.next_look
    }

    /// Whether it has to look before it would.
    pub(super) fn is_look_due_earlier(&mut self, total_limit: Duration) -> bool {
        let is_earlier = self
            .due(total_limit)
            .is_some_and(|due| self.next_look.is_none_or(|planned| due < planned));
        mem::take(&mut self.needs_look) || is_earlier
    }
}
