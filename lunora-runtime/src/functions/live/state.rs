//! All that is known about what is watched, behind one lock.
//!
//! Events (a commit is on disk, a run is over, a reader asks, a client adds a query) change it and put the connections
//! that they concern on a list; [`State::settle`] then begins what can begin. Whatever takes long, running a query,
//! waking a task or calling the store back, is done by others when the lock is free.

use std::{
    collections::HashMap,
    mem,
    sync::Arc,
    task::{Poll, Waker},
    time::{Duration, Instant},
};

use super::{
    super::{
        engine::Engine,
        results::{EntryId, Fingerprint, QueryOutcome},
    },
    connection::{Connection, Progress, Target, Transition, Watch},
    ids::{ConnectionId, RunId, WatchId},
    job::Job,
    limits::LiveLimits,
    meeting::Meeting,
    queries::Queries,
    queue::Queue,
    runs::Runs,
};
use crate::store::Timestamp;

pub(super) struct State {
    pub(super) engine: Arc<Engine>,
    pub(super) limits: LiveLimits,
    /// All commits up to here have been told to all who hold something that they changed.
    pub(super) horizon: Timestamp,
    pub(super) connections: HashMap<ConnectionId, Connection>,
    pub(super) queries: Queries,
    pub(super) runs: Runs,
    pub(super) queue: Queue,
    pub(super) meeting: Meeting,
    /// Connections that may be able to begin their next transition.
    pub(super) pending: Vec<ConnectionId>,
    /// Connections that wait for a commit which is not on disk yet.
    pub(super) parked: Vec<ConnectionId>,
    /// Readers to be woken when the lock is free.
    pub(super) wakers: Vec<Waker>,
    /// Something could not be done now and has to be tried again soon.
    pub(super) needs_look: bool,
    pub(super) is_closed: bool,
    pub(super) serial: u64,
}

impl State {
    pub(super) fn new(engine: Arc<Engine>, limits: LiveLimits, threads: usize) -> Self {
        Self {
            horizon: engine.database.durable(),
            engine,
            limits,
            connections: HashMap::new(),
            queries: Queries::default(),
            runs: Runs::default(),
            queue: Queue::new(threads),
            meeting: Meeting::default(),
            pending: Vec::new(),
            parked: Vec::new(),
            wakers: Vec::new(),
            needs_look: false,
            is_closed: false,
            serial: 0,
        }
    }

    pub(super) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    pub(super) fn watch(&self, id: WatchId) -> Option<&Watch> {
        let watch = self.connections.get(&id.connection)?.watches.get(&id.number)?;
        (watch.serial == id.serial).then_some(watch)
    }

    pub(super) fn watch_mut(&mut self, id: WatchId) -> Option<&mut Watch> {
        let connection = self.connections.get_mut(&id.connection)?;
        let watch = connection.watches.get_mut(&id.number)?;
        (watch.serial == id.serial).then_some(watch)
    }

    /// Learns what has been committed: results that it changed go stale.
    pub(super) fn advance(&mut self) {
        let advanced = self.engine.results.advance();
        if advanced.horizon > self.horizon {
            self.horizon = advanced.horizon;
            self.pending.append(&mut self.parked);
        }
        for ended in advanced.ended {
            for holder in self.queries.end_slot(ended.entry) {
                self.goes_stale(holder);
            }
        }
    }

    /// What the watch holds may not be its result any more.
    pub(super) fn goes_stale(&mut self, id: WatchId) {
        let Some(watch) = self.watch_mut(id) else { return };
        watch.slot = None;
        if let Some(connection) = self.connections.get_mut(&id.connection) {
            connection.stale.insert(id.number);
            if matches!(connection.progress, Progress::Wanted) {
                self.pending.push(id.connection);
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
        if self.is_closed {
            return Poll::Ready(None);
        }
        let Some(connection) = self.connections.get_mut(&id) else {
            return Poll::Ready(None);
        };
        connection.at_least = connection.at_least.max(at_least);
        if let Some(transition) = connection.take() {
            return Poll::Ready(Some(transition));
        }
        // What is ready but too old becomes a part of what comes.
        if matches!(connection.progress, Progress::Resting | Progress::Ready { .. }) {
            connection.progress = Progress::Wanted;
        }
        connection.waker = Some(waker.clone());
        if connection.at_least > self.horizon {
            self.advance();
        }
        self.pending.push(id);
        self.settle();
        let ready = self.connections.get_mut(&id).and_then(Connection::take);
        ready.map_or(Poll::Pending, |transition| Poll::Ready(Some(transition)))
    }

    /// Lets `number` watch `target` from now on, in the place of what it watched before.
    pub(super) fn set(&mut self, id: ConnectionId, number: u32, target: Target) {
        let delivered = self.detach(id, number);
        let (serial, durable) = (self.next_serial(), self.engine.database.durable());
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.modified();
        // Whoever was told of a write before this sees it.
        connection.at_least = connection.at_least.max(durable);
        connection.stale.insert(number);
        let watch = Watch {
            serial,
            target,
            slot: None,
            delivered,
            is_missing: false,
        };
        connection.watches.insert(number, watch);
        self.settle();
    }

    /// Watches `number` no longer. False if it was not watched.
    pub(super) fn unset(&mut self, id: ConnectionId, number: u32) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else {
            return false;
        };
        if !connection.watches.contains_key(&number) {
            return false;
        }
        connection.modified();
        self.detach(id, number);
        self.settle();
        true
    }

    /// Takes a watch out of everything. Returns what its client has of it.
    fn detach(&mut self, id: ConnectionId, number: u32) -> Option<Fingerprint> {
        let connection = self.connections.get_mut(&id)?;
        let watch = connection.watches.remove(&number)?;
        connection.stale.remove(&number);
        let is_taken = connection.untaken.remove(&number).is_none();
        let watch_id = WatchId {
            connection: id,
            number,
            serial: watch.serial,
        };
        if let Some(entry) = watch.slot {
            self.queries.let_go(entry, watch_id, &self.engine.results);
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
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let numbers: Vec<_> = connection.watches.keys().copied().collect();
        for number in numbers {
            self.detach(id, number);
        }
        let gone = self.connections.remove(&id);
        if let Some(Progress::Collecting(collecting)) = gone.map(|connection| connection.progress)
            && collecting.is_meeting
        {
            self.meeting.leave();
        }
        self.settle();
    }

    /// Runs whose time to be tried again has come get in line again.
    pub(super) fn retry_due(&mut self, now: Instant) {
        for run in self.queue.due(now) {
            if self.runs.get(run).is_some() {
                self.queue.push(run, false);
            }
        }
    }

    /// The runs for which there are threads.
    pub(super) fn take_jobs(&mut self, now: Instant) -> Vec<Job> {
        let mut jobs = Vec::new();
        while let Some(id) = self.next_run(now) {
            match self.job(id) {
                Some(job) => jobs.push(job),
                None => self.drop_run(id),
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

    /// Nothing more is told to anybody.
    pub(super) fn close_all(&mut self) {
        self.is_closed = true;
        for connection in self.connections.values_mut() {
            connection.wake(&mut self.wakers);
        }
    }

    /// Gives a watch its result at the timestamp of the transition under way.
    pub(super) fn deliver(&mut self, id: WatchId, outcome: &Arc<QueryOutcome>, holding: Holding) {
        let limit = self.limits.transition_bytes;
        let Some(watch) = self.watch_mut(id) else {
            return;
        };
        let was_missing = mem::take(&mut watch.is_missing);
        if let Holding::Slot(entry) = holding {
            self.hold(id, entry);
        }
        if let Some(connection) = self.connections.get_mut(&id.connection) {
            if matches!(holding, Holding::Nothing) {
                connection.stale.insert(id.number);
            }
            connection.collect(id.number, outcome, limit);
        }
        if was_missing {
            self.found(id.connection);
        }
    }

    /// The watch holds the result of `entry`.
    pub(super) fn hold(&mut self, id: WatchId, entry: EntryId) {
        if let Some(watch) = self.watch_mut(id) {
            watch.slot = Some(entry);
            self.queries.hold(entry, id);
        }
    }

    /// The transition under way waits for one result less.
    pub(super) fn found(&mut self, id: ConnectionId) {
        let progress = self.connections.get_mut(&id).map(|it| &mut it.progress);
        if let Some(Progress::Collecting(collecting)) = progress {
            collecting.missing -= 1;
            if collecting.missing == 0 {
                self.complete(id);
            }
        }
    }

    /// All results of the transition under way are there: it can be told, if there is something to tell.
    fn complete(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let Some(collected) = connection.complete(&mut self.wakers) else {
            return;
        };
        if collected.is_meeting {
            self.meeting.leave();
        }
        self.pending.push(id);
    }
}

/// What a watch has of a result besides the result.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holding {
    /// It hears when the result changes.
    Slot(EntryId),
    /// The result has changed already.
    Nothing,
    /// Nothing can change it: the call was refused or given up.
    Forever,
}
