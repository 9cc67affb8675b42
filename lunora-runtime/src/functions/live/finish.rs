//! What happens when a run is over: who gets its result, and who goes on.

use std::{collections::HashMap, mem, sync::Arc, time::Duration};

use super::{
    super::results::{Audience, Finished, QueryKey, QueryOutcome, UserKey, Watched},
    again::Reason,
    backoff::Backoff,
    connection::{ConnectionId, Progress, Target, WatchId},
    holding::too_much_watched,
    job::log,
    queries::{QueryId, Sharing, Slot},
    queue::SLOW,
    runs::{Run, RunId, Scope},
    state::{Holding, State},
};
use crate::sync::Instant;

/// Before a run is tried again for which the store has failed.
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(10), Duration::from_secs(1));

impl State {
    /// A run has given a result, in this time.
    pub(super) fn finish(&mut self, id: RunId, mut finished: Finished, took: Duration) {
        self.advance();
        let Some(mut run) = self.end_run(id) else {
            return self.end_late(id, Some(finished));
        };
        run.waiters.retain(|watch| self.waits(*watch));
        if finished.outcome.may_pass() {
            finished.audience = run.scope.audience_within(finished.audience);
        }
        if let Some(query) = self.queries.get_mut(run.query) {
            query.sharing = Sharing::from(finished.audience);
            query.is_slow = took > SLOW;
            self.hand_out(&mut run, finished);
        }
        self.settle();
    }

    /// A run has failed for a reason that may pass.
    pub(super) fn try_later(&mut self, id: RunId, now: Instant) {
        let Some(run) = self.runs.get_mut(id) else {
            return self.end_late(id, None);
        };
        self.queue.push_later(id, now + BACKOFF.after(run.failures));
        run.failures = run.failures.saturating_add(1);
        self.needs_look = true;
    }

    /// Takes the run out, and lets those go on who waited for its end.
    pub(super) fn end_run(&mut self, id: RunId) -> Option<Run> {
        let run = self.runs.remove(id)?;
        self.queue.ended(id);
        self.queries.run_ended(run.query, id);
        for connection in &run.blocked {
            self.unblock(*connection);
        }
        Some(run)
    }

    fn unblock(&mut self, id: ConnectionId) {
        let progress = self.connections.get_mut(id).map(|it| &mut it.progress);
        if let Some(progress @ Progress::Blocked) = progress {
            *progress = Progress::Wanted;
            self.pending.push(id);
        }
    }

    /// Whether anybody would get the result.
    pub(super) fn is_wanted(&self, run: &Run) -> bool {
        run.waiters.iter().any(|watch| self.waits(*watch))
    }

    pub(super) fn waits(&self, watch: WatchId) -> bool {
        self.watches.get(watch).is_some_and(|watch| watch.is_missing)
    }

    fn user(&self, id: WatchId) -> Option<UserKey> {
        match self.watches.get(id)?.target {
            Target::Query { user, .. } => Some(user),
            Target::Refused(_) => None,
        }
    }

    /// Gives the result to those who may have it; the others get runs of their own, at the same timestamp.
    fn hand_out(&mut self, run: &mut Run, finished: Finished) {
        let waiting = mem::take(&mut run.waiters);
        let (mut served, mut others) = match finished.audience {
            Audience::Everyone => (waiting, Vec::new()),
            _ => waiting
                .into_iter()
                .partition(|watch| self.user(*watch) == Some(run.user)),
        };
        if finished.audience == Audience::Nobody && !served.is_empty() {
            others.extend(served.split_off(1));
        }
        let audience = finished.audience;
        self.serve(run, &served, finished);
        self.run_for(&others, audience, run);
    }

    fn serve(&mut self, run: &Run, served: &[WatchId], finished: Finished) {
        if served.is_empty() {
            return self.engine.results.keep(finished);
        }
        let key = finished
            .key
            .with_journal(finished.outcome.shared_journal().cloned());
        if key != *finished.key {
            // For those who come without a journal.
            self.engine.results.keep(finished.clone());
        }
        let Some(query) = self.settle_on(run.query, Arc::new(key), served) else {
            return;
        };
        let (outcome, holding) = self.holding(query, run, served, finished);
        for watch in served {
            self.deliver(*watch, &outcome, holding);
        }
        if let Holding::Slot(slot) = holding {
            self.drop_unheld(slot);
        }
    }

    /// Lets watches go over to the query with the journal that the run left.
    fn settle_on(&mut self, from: QueryId, key: Arc<QueryKey>, watches: &[WatchId]) -> Option<QueryId> {
        let (function, sharing, is_slow) = {
            let query = self.queries.get(from)?;
            if query.key == key {
                return Some(from);
            }
            (Arc::clone(&query.function), query.sharing, query.is_slow)
        };
        let mut to = None;
        for watch in watches {
            let joined = self.queries.join(Arc::clone(&key), &function);
            to = Some(joined);
            let target = self.watches.get_mut(*watch).map(|watch| &mut watch.target);
            if let Some(Target::Query { query, .. }) = target {
                *query = joined;
            }
            self.queries.leave(from);
        }
        let query = self.queries.get_mut(to?)?;
        (query.sharing, query.is_slow) = (sharing, is_slow);
        to
    }

    /// Makes the result one that `served` can hold, unless a commit has overtaken it. Where there is no room for what it
    /// has read, the outcome is a failure.
    fn holding(
        &mut self,
        query: QueryId,
        run: &Run,
        served: &[WatchId],
        finished: Finished,
    ) -> (Arc<QueryOutcome>, Holding) {
        let outcome = Arc::clone(&finished.outcome);
        let mut times = self.times_tried(served);
        if let Some((id, slot)) = self.queries.slot_of(query, finished.audience) {
            match slot.retry {
                _ if slot.ran_at > run.ts() => return (outcome, Holding::Nothing),
                // The others have a result, which holds.
                None if outcome.may_pass() => {
                    let audience = Audience::Nobody;
                    return self.add_result(query, times, Finished { audience, ..finished });
                }
                None => return (outcome, Holding::Slot(id)),
                Some(failed) => {
                    times = times.max(failed.times);
                    self.end_slot(id);
                }
            }
        }
        self.add_result(query, times, finished)
    }

    /// A result that nobody holds so far. If it is a failure that may pass, its query was tried again `times` times.
    fn add_result(&mut self, query: QueryId, times: u32, finished: Finished) -> (Arc<QueryOutcome>, Holding) {
        let (audience, outcome) = (finished.audience, Arc::clone(&finished.outcome));
        let Some(key) = self.queries.get(query).map(|query| Arc::clone(&query.key)) else {
            return (outcome, Holding::Nothing);
        };
        let (ran_at, read_bytes) = (finished.ran_at, finished.reads.bytes());
        let watched = self.engine.results.watch(Finished {
            key: Arc::clone(&key),
            ..finished
        });
        let (outcome, slot, reason) = match watched {
            // On what is written all the time it would be run all the time.
            Err(_) if outcome.may_pass() => return (outcome, Holding::Forever),
            Err(_) => return (outcome, Holding::Nothing),
            Ok(Watched::Exactly(entry)) => {
                let slot = Slot {
                    query,
                    audience,
                    entry,
                    ran_at,
                    fingerprint: outcome.fingerprint(),
                    read_bytes,
                    rough: None,
                    retry: None,
                    holders: Vec::new(),
                };
                let reason = outcome.may_pass().then_some(Reason::Time);
                (outcome, slot, reason)
            }
            Ok(Watched::Roughly(entry)) => {
                let failure = too_much_watched(self.limits);
                log(&key, &failure);
                let slot = Slot::rough(query, entry, ran_at, &failure);
                (failure, slot, Some(Reason::Room(read_bytes)))
            }
        };
        let slot = self.queries.add_slot(slot);
        if let Some(reason) = reason {
            self.try_again(slot, reason, times);
        }
        (outcome, Holding::Slot(slot))
    }

    /// Runs at the timestamp of `run` for those who cannot have its result.
    fn run_for(&mut self, watches: &[WatchId], audience: Audience, run: &Run) {
        let mut of_user: HashMap<UserKey, RunId> = HashMap::new();
        for watch in watches {
            let Some(user) = self.user(*watch) else { continue };
            let own = match audience {
                Audience::Nobody => self.add_run(*watch, Scope::Watch(*watch), &run.snapshot),
                _ => of_user
                    .get(&user)
                    .copied()
                    .or_else(|| self.add_run(*watch, Scope::User(user), &run.snapshot)),
            };
            let Some(own) = own else { continue };
            of_user.insert(user, own);
            if let Some(own) = self.runs.get_mut(own) {
                own.waiters.push(*watch);
            }
        }
    }
}
