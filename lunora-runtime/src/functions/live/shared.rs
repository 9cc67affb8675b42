//! The state with its lock, and what is done when the lock is free.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{
    super::{engine::Engine, results::QueryOutcome},
    job::Job,
    limits::LiveLimits,
    runs::RunId,
    state::State,
};
use crate::{
    store::Timestamp,
    sync::{Instant, Mutex, channel::Sender},
};

/// How soon a run is handed over again for which the executor had no room.
const NO_ROOM_WAIT: Duration = Duration::from_millis(20);

pub(super) struct Shared {
    engine: Arc<Engine>,
    state: Mutex<State>,
    /// Wakes the thread that looks after commits and times.
    nudge: Sender<()>,
    /// The store will call when there is a commit after the horizon.
    is_armed: Arc<AtomicBool>,
    has_store_ended: Arc<AtomicBool>,
}

impl Shared {
    pub(super) fn new(engine: Arc<Engine>, limits: LiveLimits, threads: usize, nudge: Sender<()>) -> Self {
        Self {
            state: Mutex::new(State::new(Arc::clone(&engine), limits, threads)),
            engine,
            nudge,
            is_armed: Arc::default(),
            has_store_ended: Arc::default(),
        }
    }

    pub(super) const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Works on the state; then wakes who is to be woken and hands over what is to be run.
    pub(super) fn with<T>(self: &Arc<Self>, work: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock();
        let result = work(&mut state);
        let jobs = state.take_jobs();
        let wakers = std::mem::take(&mut state.wakers);
        let needs_look = state.is_look_due_earlier(self.engine.calls.total_time);
        let watches_from = state.waits_for_commits().then_some(state.horizon);
        drop(state);
        wakers.into_iter().for_each(std::task::Waker::wake);
        for job in jobs {
            self.submit(job);
        }
        if let Some(horizon) = watches_from {
            self.arm(horizon);
        }
        if needs_look {
            self.nudge();
        }
        result
    }

    fn submit(self: &Arc<Self>, job: Job) {
        let (run, name, patience) = (job.run, job.function.path, job.patience(&self.engine));
        let shared = Arc::clone(self);
        if self
            .engine
            .executor
            .run(name, patience, move || job.run(&shared))
            .is_err()
        {
            let mut state = self.state.lock();
            state.queue.push_later(run, Instant::now() + NO_ROOM_WAIT);
            drop(state);
            self.nudge();
        }
    }

    /// A run that was handed over has its thread.
    pub(super) fn has_thread(&self, run: RunId, now: Instant) {
        let mut state = self.state.lock();
        state.queue.has_thread(run, now);
        let needs_look = state.is_look_due_earlier(self.engine.calls.total_time);
        drop(state);
        if needs_look {
            self.nudge();
        }
    }

    /// Has the store call when something after `horizon` is on disk.
    fn arm(&self, horizon: Timestamp) {
        if self.is_armed.swap(true, Ordering::AcqRel) {
            return;
        }
        let (is_armed, has_ended, nudge) = (
            Arc::clone(&self.is_armed),
            Arc::clone(&self.has_store_ended),
            self.nudge.clone(),
        );
        let told = move |durable: Result<(), _>| {
            has_ended.fetch_or(durable.is_err(), Ordering::AcqRel);
            is_armed.store(false, Ordering::Release);
            // One that is there already will do.
            let _ = nudge.try_send(());
        };
        let next = Timestamp(horizon.0 + 1);
        self.engine.database.when_durable(next, Box::new(told));
    }

    pub(super) fn nudge(&self) {
        let _ = self.nudge.try_send(());
    }

    /// Looks for commits, for runs whose time to be tried again has come, and for such as hang. Returns when to look
    /// again if nothing else happens.
    pub(super) fn look(self: &Arc<Self>) -> Option<Instant> {
        if self.has_store_ended.load(Ordering::Acquire) {
            self.close();
            return None;
        }
        let (now, limit) = (Instant::now(), self.engine.calls.total_time);
        self.with(|state| {
            state.advance();
            state.settle();
            let too_old = now.checked_sub(limit);
            for run in too_old.map_or_else(Vec::new, |start| state.queue.overdue(start)) {
                let outcome = QueryOutcome::new(Err(self.engine.took_too_long()), None);
                state.give_up(run, &Arc::new(outcome));
            }
            state.retry_due(now);
            state.run_again_due(now);
            state.try_again_due(now);
        });
        self.state.lock().plan_look(limit)
    }

    /// Ends all: readers get no more transitions.
    pub(super) fn close(self: &Arc<Self>) {
        self.with(super::state::State::close_all);
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Live")
    }
}

/// The thread that looks is to see that there is nobody left.
impl Drop for Shared {
    fn drop(&mut self) {
        self.nudge();
    }
}
