//! Beginning a transition: choosing its timestamp, and finding out what has to run for it.

use std::{mem, sync::Arc};

use super::{
    super::results::{EntryId, QueryOutcome},
    connection::{Collecting, Progress, Target},
    ids::{ConnectionId, RunId, WatchId},
    queries::Sharing,
    runs::{Run, Scope},
    state::{Holding, State},
};
use crate::store::{Snapshot, Timestamp};

/// Where the result of a watch at a timestamp comes from.
enum Supply {
    /// It is known.
    Known(Arc<QueryOutcome>, Holding),
    /// It is what the client has.
    Same(EntryId),
    /// It comes from a run under way.
    Join(RunId),
    /// A run at another timestamp is under way, and queries run once at a time. Otherwise it would be a run of its own.
    Blocked(RunId, Scope),
    /// It is known for later timestamps only.
    TooNew,
    /// It needs a run of its own.
    Run(Scope),
}

impl State {
    /// Begins the next transition of a connection if it wants one and there is something to tell.
    pub(super) fn begin(&mut self, id: ConnectionId) {
        if !self.can_begin(id) {
            return;
        }
        match self.choose(id) {
            Ok(Some(snapshot)) => self.collect(id, &snapshot, false),
            Ok(None) => self.collect_newest(id, false),
            Err(run) => self.block(id, run),
        }
    }

    /// The same for one that is owed a turn: at the horizon, whatever is under way.
    pub(super) fn begin_in_meeting(&mut self, id: ConnectionId) {
        let progress = self.connections.get_mut(&id).map(|it| &mut it.progress);
        if let Some(progress @ Progress::Blocked) = progress {
            *progress = Progress::Wanted;
            if self.can_begin(id) {
                self.collect_newest(id, true);
            }
        }
    }

    fn collect_newest(&mut self, id: ConnectionId, is_meeting: bool) {
        match self.engine.database.snapshot_at(self.horizon) {
            Ok(snapshot) => self.collect(id, &snapshot, is_meeting),
            Err(_) => {
                // So much was committed since the horizon was looked at that it is no longer kept. Or the store is
                // closed, and then so is this soon.
                self.parked.push(id);
                self.needs_look = true;
            }
        }
    }

    fn can_begin(&mut self, id: ConnectionId) -> bool {
        let Some(connection) = self.connections.get(&id) else {
            return false;
        };
        if !matches!(connection.progress, Progress::Wanted) || !connection.has_news() {
            return false;
        }
        if connection.at_least > self.horizon {
            self.parked.push(id);
            return false;
        }
        true
    }

    /// The snapshot of a run under way that the connection waits for anyway; without one the newest timestamp will
    /// do. Fails with a run that has to end first.
    fn choose(&self, id: ConnectionId) -> Result<Option<Arc<dyn Snapshot>>, RunId> {
        let Err(Some(blocking)) = self.survey(id, self.horizon) else {
            return Ok(None);
        };
        let (run, connection) = (self.runs.get(blocking), self.connections.get(&id));
        let Some((run, connection)) = run.zip(connection) else {
            return Err(blocking);
        };
        let is_later = run.ts() > connection.at && run.ts() >= connection.at_least;
        if is_later && self.survey(id, run.ts()).is_ok() {
            return Ok(Some(Arc::clone(&run.snapshot)));
        }
        Err(blocking)
    }

    /// Whether all that is stale can be had at `ts`; otherwise the run that has to end first, if it is one.
    fn survey(&self, id: ConnectionId, ts: Timestamp) -> Result<(), Option<RunId>> {
        let Some(connection) = self.connections.get(&id) else {
            return Ok(());
        };
        for number in &connection.stale {
            match self.supply(id, *number, ts) {
                Some((_, Supply::Blocked(run, _))) => return Err(Some(run)),
                Some((_, Supply::TooNew)) => return Err(None),
                _ => {}
            }
        }
        Ok(())
    }

    fn supply(&self, connection: ConnectionId, number: u32, ts: Timestamp) -> Option<(WatchId, Supply)> {
        let watch = self.connections.get(&connection)?.watches.get(&number)?;
        let id = WatchId {
            connection,
            number,
            serial: watch.serial,
        };
        let (query, user) = match &watch.target {
            Target::Refused(outcome) => {
                return Some((id, Supply::Known(Arc::clone(outcome), Holding::Forever)));
            }
            Target::Query { query, user, .. } => (self.queries.get(*query)?, *user),
        };
        if let Some((entry, slot)) = self.queries.slot_for(query, user) {
            if slot.ran_at > ts {
                return Some((id, Supply::TooNew));
            }
            if watch.delivered == Some(slot.fingerprint) {
                return Some((id, Supply::Same(entry)));
            }
            if let Some(outcome) = self.engine.results.outcome(entry) {
                return Some((id, Supply::Known(outcome, Holding::Slot(entry))));
            }
        }
        let scope = match query.sharing {
            Sharing::Everyone => Scope::Everyone,
            Sharing::EachUser => Scope::User(user),
            Sharing::EachWatch => Scope::Watch(id),
        };
        let mut supply = Supply::Run(scope);
        for run_id in &query.runs {
            let Some(run) = self.runs.get(*run_id).filter(|run| run.serves(id, user)) else {
                continue;
            };
            if run.ts() == ts {
                return Some((id, Supply::Join(*run_id)));
            }
            supply = Supply::Blocked(*run_id, scope);
        }
        Some((id, supply))
    }

    /// The connection waits for `run`; if it has waited before and was passed over, for the next meeting.
    fn block(&mut self, id: ConnectionId, run: RunId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.progress = Progress::Blocked;
        if connection.was_passed_over {
            self.meeting.owe(id);
        } else if let Some(run) = self.runs.get_mut(run) {
            connection.was_passed_over = true;
            run.blocked.push(id);
        }
    }

    /// Collects what is stale, as of `snapshot`.
    fn collect(&mut self, id: ConnectionId, snapshot: &Arc<dyn Snapshot>, is_meeting: bool) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if is_meeting {
            self.meeting.enter();
        }
        connection.was_passed_over = false;
        connection.progress = Progress::Collecting(Collecting {
            ts: snapshot.timestamp(),
            covers: connection.version,
            // One for this function, so that it does not end before all are asked for.
            missing: 1,
            is_forced: connection.is_forced(),
            is_meeting,
        });
        for number in mem::take(&mut connection.stale) {
            if let Some((watch, supply)) = self.supply(id, number, snapshot.timestamp()) {
                self.obtain(watch, supply, snapshot);
            }
        }
        self.found(id);
    }

    fn obtain(&mut self, watch: WatchId, supply: Supply, snapshot: &Arc<dyn Snapshot>) {
        match supply {
            Supply::Known(outcome, holding) => self.deliver(watch, &outcome, holding),
            Supply::Same(entry) => self.hold(watch, entry),
            Supply::Join(run) => self.wait_for(run, watch),
            Supply::Run(scope) | Supply::Blocked(_, scope) => {
                if let Some(run) = self.add_run(watch, scope, snapshot) {
                    self.wait_for(run, watch);
                }
            }
            // Chosen timestamps are such that it is not.
            Supply::TooNew => {}
        }
    }

    fn wait_for(&mut self, run: RunId, watch: WatchId) {
        let Some(run) = self.runs.get_mut(run) else { return };
        run.waiters.push(watch);
        if let Some(watch) = self.watch_mut(watch) {
            watch.is_missing = true;
        }
        let progress = self
            .connections
            .get_mut(&watch.connection)
            .map(|it| &mut it.progress);
        if let Some(Progress::Collecting(collecting)) = progress {
            collecting.missing += 1;
        }
    }

    /// A run that nobody waits for yet.
    pub(super) fn add_run(
        &mut self,
        watch: WatchId,
        scope: Scope,
        snapshot: &Arc<dyn Snapshot>,
    ) -> Option<RunId> {
        let Target::Query {
            query,
            identity,
            user,
        } = self.watch(watch)?.target.clone()
        else {
            return None;
        };
        let run = self.runs.add(Run {
            query,
            scope,
            identity,
            user,
            snapshot: Arc::clone(snapshot),
            waiters: Vec::new(),
            blocked: Vec::new(),
            failures: 0,
        });
        let query = self.queries.get_mut(query)?;
        query.runs.push(run);
        self.queue.push(run, query.is_slow);
        Some(run)
    }
}
