//! Beginning a transition: choosing its timestamp, and finding out what has to run for it.

use std::{mem, sync::Arc};

use super::{
    super::results::QueryOutcome,
    connection::{ConnectionId, Progress, Target, WatchId},
    queries::{Sharing, SlotId},
    runs::{Run, RunId, Scope},
    state::{Holding, State},
};
use crate::store::{Snapshot, Timestamp};

/// Where the result of a watch at a timestamp comes from.
#[derive(Debug)]
pub(super) enum Supply {
    /// It is known.
    Known(Arc<QueryOutcome>, Holding),
    /// It is what the client has.
    Same(SlotId),
    /// It comes from a run under way.
    Join(RunId),
    /// It needs a run of its own.
    Run(Scope),
    /// It would, but one at another timestamp is under way, and queries run once at a time.
    Blocked(RunId, Scope),
    /// It is known for later timestamps only.
    TooNew,
}

/// What a transition needs, watch by watch.
pub(super) type Plan = Vec<(WatchId, Supply)>;

/// Why a transition cannot be at a timestamp.
#[derive(Debug, Clone, Copy)]
enum Obstacle {
    /// This run has to end first.
    Run(RunId),
    /// Some result is known for later timestamps only.
    TooNew,
}

impl State {
    /// Begins the next transition of a connection if it wants one and there is something to tell.
    pub(super) fn begin(&mut self, id: ConnectionId) {
        if !self.can_begin(id) {
            return;
        }
        let mut plan = mem::take(&mut self.plan);
        match self.choose(id, &mut plan) {
            Ok(at) => self.collect(id, at, &mut plan, false),
            Err(run) => self.block(id, run),
        }
        plan.clear();
        self.plan = plan;
    }

    /// The same for one that is owed a turn: at the horizon, whatever is under way.
    pub(super) fn begin_in_meeting(&mut self, id: ConnectionId) {
        let connection = self.connections.get_mut(id);
        let Some(connection) = connection.filter(|it| matches!(it.progress, Progress::Blocked)) else {
            return;
        };
        connection.progress = Progress::Wanted;
        if self.can_begin(id) {
            let mut plan = self.everything(id, self.horizon);
            self.collect(id, None, &mut plan, true);
        }
    }

    fn can_begin(&mut self, id: ConnectionId) -> bool {
        let connection = self.connections.get(id);
        let Some(connection) = connection.filter(|it| it.wants_more()) else {
            return false;
        };
        if connection.at_least > self.horizon {
            self.parked.push(id);
            return false;
        }
        true
    }

    /// Plans a transition at the horizon, or else at the timestamp of a run under way that the connection has to wait
    /// for anyway; then returns what that run reads. Fails with a run that has to end first.
    fn choose(&self, id: ConnectionId, plan: &mut Plan) -> Result<Option<Arc<dyn Snapshot>>, RunId> {
        let Err(Obstacle::Run(obstacle)) = self.survey(id, self.horizon, plan) else {
            return Ok(None);
        };
        let (run, connection) = (self.runs.get(obstacle), self.connections.get(id));
        let Some((run, connection)) = run.zip(connection) else {
            return Err(obstacle);
        };
        let is_later = run.ts() > connection.at && run.ts() >= connection.at_least;
        if is_later && self.survey(id, run.ts(), plan).is_ok() {
            return Ok(Some(Arc::clone(&run.snapshot)));
        }
        Err(obstacle)
    }

    /// Plans a transition at `ts`.
    fn survey(&self, id: ConnectionId, ts: Timestamp, plan: &mut Plan) -> Result<(), Obstacle> {
        plan.clear();
        let stale = self.connections.get(id).map_or(&[][..], |it| &it.stale);
        for watch in stale {
            match self.supply(*watch, ts) {
                Some(Supply::Blocked(run, _)) => return Err(Obstacle::Run(run)),
                Some(Supply::TooNew) => return Err(Obstacle::TooNew),
                Some(supply) => plan.push((*watch, supply)),
                None => {}
            }
        }
        Ok(())
    }

    /// The same without regard to what is under way.
    fn everything(&self, id: ConnectionId, ts: Timestamp) -> Plan {
        let stale = self.connections.get(id).map_or(&[][..], |it| &it.stale);
        let supplies = stale
            .iter()
            .filter_map(|watch| Some((*watch, self.supply(*watch, ts)?)));
        supplies.collect()
    }

    fn supply(&self, id: WatchId, ts: Timestamp) -> Option<Supply> {
        let watch = self.watches.get(id)?;
        let (query, user) = match &watch.target {
            Target::Refused(outcome) => return Some(Supply::Known(Arc::clone(outcome), Holding::Forever)),
            Target::Query { query, user, .. } => (self.queries.get(*query)?, *user),
        };
        if let Some((slot_id, slot)) = self.queries.slot_for(query, user) {
            if slot.ran_at > ts {
                return Some(Supply::TooNew);
            }
            if watch.delivered == Some(slot.fingerprint) {
                return Some(Supply::Same(slot_id));
            }
            if let Some(outcome) = self.engine.results.outcome(slot.entry) {
                return Some(Supply::Known(outcome, Holding::Slot(slot_id)));
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
                return Some(Supply::Join(*run_id));
            }
            supply = Supply::Blocked(*run_id, scope);
        }
        Some(supply)
    }

    /// The connection waits for `run`; if it has waited before and was passed over, for the next meeting.
    fn block(&mut self, id: ConnectionId, run: RunId) {
        let Some(connection) = self.connections.get_mut(id) else {
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

    /// Collects what is planned, as of `at`, or of the horizon.
    fn collect(
        &mut self,
        id: ConnectionId,
        at: Option<Arc<dyn Snapshot>>,
        plan: &mut Plan,
        is_meeting: bool,
    ) {
        let Some(at) = at.or_else(|| self.newest()) else {
            // So much was committed since the horizon was looked at that it is no longer kept. Or the store is closed,
            // and then so is this soon.
            self.parked.push(id);
            self.needs_look = true;
            return;
        };
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        if is_meeting {
            self.meeting.enter();
        }
        connection.start(at.timestamp(), is_meeting);
        let is_one = plan.len() == 1;
        for (watch, supply) in plan.drain(..) {
            let supply = match supply {
                // What was planned for one of them may be under way for another by now.
                Supply::Run(_) | Supply::Blocked(..) if !is_one => {
                    self.supply(watch, at.timestamp()).unwrap_or(supply)
                }
                supply => supply,
            };
            self.obtain(watch, supply, &at);
        }
        self.found(id);
    }

    /// The data as of the horizon.
    fn newest(&mut self) -> Option<Arc<dyn Snapshot>> {
        if self.newest.is_none() {
            self.newest = self.engine.database.snapshot_at(self.horizon).ok();
        }
        self.newest.clone()
    }

    fn obtain(&mut self, watch: WatchId, supply: Supply, at: &Arc<dyn Snapshot>) {
        match supply {
            Supply::Known(outcome, holding) => self.deliver(watch, &outcome, holding),
            Supply::Same(slot) => {
                if let Err(error) = self.hold(watch, slot) {
                    self.refuse(watch, slot, error);
                }
            }
            Supply::Join(run) => self.wait_for(run, watch),
            Supply::Run(scope) | Supply::Blocked(_, scope) => {
                if let Some(run) = self.add_run(watch, scope, at) {
                    self.wait_for(run, watch);
                }
            }
            // Timestamps are chosen such that it is not.
            Supply::TooNew => {}
        }
    }

    fn wait_for(&mut self, run: RunId, id: WatchId) {
        let (Some(run), Some(watch)) = (self.runs.get_mut(run), self.watches.get_mut(id)) else {
            return;
        };
        run.waiters.push(id);
        watch.is_missing = true;
        watch.is_stale = false;
        if let Some(connection) = self.connections.get_mut(watch.connection) {
            connection.miss();
        }
    }

    /// A run that nobody waits for yet.
    pub(super) fn add_run(&mut self, id: WatchId, scope: Scope, at: &Arc<dyn Snapshot>) -> Option<RunId> {
        let Target::Query {
            query,
            identity,
            user,
        } = self.watches.get(id)?.target.clone()
        else {
            return None;
        };
        let run = self.runs.add(Run {
            query,
            scope,
            identity,
            user,
            snapshot: Arc::clone(at),
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
