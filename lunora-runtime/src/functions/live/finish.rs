//! What happens when a run is over: who gets its result, and who goes on.

use std::{collections::HashMap, mem, sync::Arc, time::Duration};

use super::{
    super::results::{Audience, Finished, QueryKey, QueryOutcome, UserKey, Watched},
    connection::{ConnectionId, Progress, Target, WatchId},
    holding::too_much_watched,
    job::log,
    queries::{QueryId, Sharing, Slot},
    queue::SLOW,
    runs::{Run, RunId, Scope},
    state::{Holding, State},
};
use crate::sync::Instant;

/// The first wait before a run is tried again; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(10);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

impl State {
    /// A run has given a result, in this time.
    pub(super) fn finish(&mut self, id: RunId, finished: Finished, took: Duration) {
        self.advance();
        let Some(mut run) = self.end_run(id) else {
            return self.end_late(id, Some(finished));
        };
        run.waiters.retain(|watch| self.waits(*watch));
        if let Some(query) = self.queries.get_mut(run.query) {
            query.sharing = Sharing::from(finished.audience);
            (query.is_slow, query.hung) = (took > SLOW, 0);
            self.hand_out(&mut run, finished);
        }
        self.settle();
    }

    /// A run has failed for a reason that may pass.
    pub(super) fn try_later(&mut self, id: RunId, now: Instant) {
        let Some(run) = self.runs.get_mut(id) else {
            return self.end_late(id, None);
        };
        let wait = FIRST_WAIT * 2_u32.saturating_pow(run.failures);
        run.failures = (run.failures + 1).min(16);
        self.queue.push_later(id, now + wait.min(LONGEST_WAIT));
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
        let (outcome, holding) = self.holding(query, run, finished);
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

    /// Makes the result one that watches can hold, unless a commit has overtaken it. Where there is no room for what
    /// it has read, the outcome is a failure.
    fn holding(&mut self, query: QueryId, run: &Run, finished: Finished) -> (Arc<QueryOutcome>, Holding) {
        let (audience, outcome) = (finished.audience, Arc::clone(&finished.outcome));
        if let Some((id, slot)) = self.queries.slot_of(query, audience) {
            // The same result, unless it is one of later.
            let is_later = slot.ran_at > run.ts();
            let holding = if is_later {
                Holding::Nothing
            } else {
                Holding::Slot(id)
            };
            return (outcome, holding);
        }
        let Some(key) = self.queries.get(query).map(|query| Arc::clone(&query.key)) else {
            return (outcome, Holding::Nothing);
        };
        let (ran_at, read_bytes) = (finished.ran_at, finished.reads.bytes());
        let watched = self.engine.results.watch(Finished {
            key: Arc::clone(&key),
            ..finished
        });
        let (outcome, slot) = match watched {
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
                    holders: Vec::new(),
                };
                (outcome, slot)
            }
            Ok(Watched::Roughly(entry)) => {
                let failure = too_much_watched(self.limits);
                log(&key, &failure);
                let slot = Slot::rough(query, entry, ran_at, &failure);
                (failure, slot)
            }
        };
        (outcome, Holding::Slot(self.queries.add_slot(slot)))
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
