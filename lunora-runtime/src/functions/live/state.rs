//! All that is known about what is watched, behind one lock.
//!
//! Events (a commit is on disk, a run is over, a reader asks, a client adds a query) change it and put the connections
//! that they concern on a list; [`State::settle`] then begins what can begin. Whatever takes long, running a query,
//! waking a task or calling the store back, is done by others when the lock is free.

use std::{
    mem,
    sync::Arc,
    task::{Poll, Waker},
};

use super::{
    super::{
        engine::Engine,
        results::{Fingerprint, QueryOutcome},
    },
    arena::Arena,
    begin::Plan,
    connection::{Connection, ConnectionId, Progress, Target, Transition, Watch, WatchId},
    late::Late,
    limits::LiveLimits,
    meeting::Meeting,
    queries::{Queries, SlotId},
    queue::Queue,
    runs::Run,
};
use crate::{
    store::{Snapshot, Timestamp},
    sync::Instant,
};

pub(super) struct State {
    pub(super) engine: Arc<Engine>,
    pub(super) limits: LiveLimits,
    /// All commits up to here have been told to all who hold something that they changed.
    pub(super) horizon: Timestamp,
    /// The data as of the horizon, while it is asked for by one after the other.
    pub(super) newest: Option<Arc<dyn Snapshot>>,
    pub(super) connections: Arena<Connection>,
    pub(super) watches: Arena<Watch>,
    pub(super) queries: Queries,
    pub(super) runs: Arena<Run>,
    pub(super) queue: Queue,
    /// What hangs, and who was told of a failure meanwhile.
    pub(super) late: Late,
    pub(super) meeting: Meeting,
    /// Connections that may be able to begin their next transition.
    pub(super) pending: Vec<ConnectionId>,
    /// Connections that wait for a commit which is not on disk yet.
    pub(super) parked: Vec<ConnectionId>,
    /// Room for the plan of a transition.
    pub(super) plan: Plan,
    /// Readers to be woken when the lock is free.
    pub(super) wakers: Vec<Waker>,
    /// Something could not be done now and has to be tried again soon.
    pub(super) needs_look: bool,
    /// When the thread that looks will do so without being nudged.
    pub(super) next_look: Option<Instant>,
    pub(super) is_closed: bool,
}

/// What a watch has of a result besides the result.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holding {
    /// It hears when the result changes.
    Slot(SlotId),
    /// The result has changed already.
    Nothing,
    /// No commit can change it: the call was refused, or nobody knows what it has read. What may pass is tried again.
    Forever,
}

impl State {
    pub(super) fn new(engine: Arc<Engine>, limits: LiveLimits, threads: usize) -> Self {
        Self {
            horizon: engine.database.durable(),
            newest: None,
            engine,
            limits,
            connections: Arena::default(),
            watches: Arena::default(),
            queries: Queries::default(),
            runs: Arena::default(),
            queue: Queue::new(threads),
            late: Late::default(),
            meeting: Meeting::default(),
            pending: Vec::new(),
            parked: Vec::new(),
            plan: Plan::new(),
            wakers: Vec::new(),
            needs_look: false,
            next_look: None,
            is_closed: false,
        }
    }

    /// Whether a commit may concern somebody. A connection that watches nothing costs nothing at each of them.
    pub(super) fn waits_for_commits(&self) -> bool {
        let anybody = !self.watches.is_empty() || !self.parked.is_empty();
        anybody && !self.is_closed
    }

    /// Learns what has been committed: results that it changed go stale.
    pub(super) fn advance(&mut self) {
        let advanced = self.engine.results.advance();
        if advanced.horizon > self.horizon {
            self.horizon = advanced.horizon;
            self.newest = None;
            self.pending.append(&mut self.parked);
        }
        for entry in advanced.ended {
            for holder in self.queries.entry_ended(entry) {
                self.goes_stale(holder);
            }
        }
    }

    /// What the watch holds may not be its result any more.
    pub(super) fn goes_stale(&mut self, id: WatchId) {
        let Some(watch) = self.watches.get_mut(id) else {
            return;
        };
        watch.held = None;
        watch.is_stale = true;
        if let Some(connection) = self.connections.get_mut(watch.connection) {
            connection.stale.push(id);
            if matches!(connection.progress, Progress::Wanted) {
                self.pending.push(watch.connection);
            }
        }
    }

    /// Begins all that can begin.
    pub(super) fn settle(&mut self) {
        loop {
            for connection in mem::take(&mut self.pending) {
                self.begin(connection);
            }
            for connection in self.meeting.convene() {
                self.begin_in_meeting(connection);
            }
            if self.pending.is_empty() {
                // Held no longer than it is needed: the store keeps old versions for those who hold it.
                self.newest = None;
                return;
            }
        }
    }

    /// The next transition of a connection, not before `at_least`.
    pub(super) fn poll(
        &mut self,
        id: ConnectionId,
        at_least: Timestamp,
        waker: &Waker,
    ) -> Poll<Option<Transition>> {
        let Some(connection) = self.connections.get_mut(id).filter(|_| !self.is_closed) else {
            return Poll::Ready(None);
        };
        connection.at_least = connection.at_least.max(at_least);
        if let Some(transition) = connection.take() {
            return Poll::Ready(Some(transition));
        }
        connection.ask(waker);
        if connection.at_least > self.horizon {
            self.advance();
        }
        self.pending.push(id);
        self.settle();
        let ready = self.connections.get_mut(id).and_then(Connection::take);
        ready.map_or(Poll::Pending, |transition| Poll::Ready(Some(transition)))
    }

    /// Lets `number` watch `target` from now on, in the place of what it watched before.
    pub(super) fn set(&mut self, id: ConnectionId, number: u32, target: Target) {
        let delivered = self.detach(id, number);
        let durable = self.engine.database.durable();
        let watch = self.watches.add(Watch {
            connection: id,
            number,
            target,
            held: None,
            read_bytes: 0,
            delivered,
            tries: 0,
            is_stale: true,
            is_missing: false,
        });
        if let Some(connection) = self.connections.get_mut(id) {
            connection.modified();
            // Whoever was told of a write before this sees it.
            connection.at_least = connection.at_least.max(durable);
            connection.stale.push(watch);
            connection.watches.insert(number, watch);
        }
        self.settle();
    }

    /// Watches `number` no longer. False if it was not watched.
    pub(super) fn unset(&mut self, id: ConnectionId, number: u32) -> bool {
        let connection = self.connections.get_mut(id);
        let Some(connection) = connection.filter(|it| it.watches.contains_key(&number)) else {
            return false;
        };
        connection.modified();
        self.detach(id, number);
        self.settle();
        true
    }

    /// Takes a watch out of everything. Returns what its client has of it.
    fn detach(&mut self, id: ConnectionId, number: u32) -> Option<Fingerprint> {
        let connection = self.connections.get_mut(id)?;
        let watch_id = connection.watches.remove(&number)?;
        let watch = self.watches.remove(watch_id)?;
        if watch.is_stale {
            connection.stale.retain(|other| *other != watch_id);
        }
        let is_taken = !connection.forget(number);
        connection.read_bytes -= watch.read_bytes;
        if let Some(held) = watch.held {
            self.let_go(held);
        }
        if let Target::Query { query, .. } = watch.target {
            self.queries.leave(query);
        }
        if watch.is_missing {
            self.found(id);
        }
        watch.delivered.filter(|_| is_taken)
    }

    /// The connection is gone.
    pub(super) fn close(&mut self, id: ConnectionId) {
        let connection = self.connections.get(id);
        let mut numbers: Vec<_> = connection.map_or_else(Vec::new, |it| it.watches.keys().copied().collect());
        numbers.sort_unstable();
        for number in numbers {
            self.detach(id, number);
        }
        let gone = self.connections.remove(id);
        if let Some(Progress::Collecting(collecting)) = gone.map(|connection| connection.progress)
            && collecting.is_meeting
        {
            self.meeting.leave();
        }
        self.settle();
    }

    /// Nothing more is told to anybody.
    pub(super) fn close_all(&mut self) {
        self.is_closed = true;
        let readers = self.connections.iter_mut().filter_map(|it| it.waker.take());
        self.wakers.extend(readers);
    }

    /// Gives a watch its result at the timestamp of the transition under way.
    pub(super) fn deliver(&mut self, id: WatchId, outcome: &Arc<QueryOutcome>, holding: Holding) {
        match holding {
            Holding::Slot(slot) => match self.hold(id, slot) {
                Ok(()) => self.give(id, outcome, false),
                Err(error) => self.refuse(id, slot, error),
            },
            Holding::Nothing => self.give(id, outcome, true),
            Holding::Forever => {
                self.give(id, outcome, false);
                if outcome.may_pass() {
                    self.run_again(vec![id], Instant::now());
                }
            }
        }
    }

    pub(super) fn give(&mut self, id: WatchId, outcome: &Arc<QueryOutcome>, is_stale: bool) {
        let Some(watch) = self.watches.get_mut(id) else {
            return;
        };
        let was_missing = mem::take(&mut watch.is_missing);
        let connection_id = watch.connection;
        if let Some(connection) = self.connections.get_mut(connection_id) {
            watch.is_stale = is_stale;
            if watch.is_stale {
                connection.stale.push(id);
            }
            connection.collect(watch, outcome, self.limits.transition_bytes);
        }
        if was_missing {
            self.found(connection_id);
        }
    }

    /// The transition under way waits for one result less.
    pub(super) fn found(&mut self, id: ConnectionId) {
        let connection = self.connections.get_mut(id);
        let collected = connection.and_then(|it| it.find(&mut self.wakers));
        if let Some(collected) = collected {
            if collected.is_meeting {
                self.meeting.leave();
            }
            self.pending.push(id);
        }
    }
}
