//! Who waits for which commit to be on disk.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::error::StoreError;
use super::super::timestamp::Timestamp;
use super::super::traits::Durable;
use crate::sync::{Condvar, Instant, Mutex};

/// The newest durable commit and everyone who waits for it to move.
#[derive(Default)]
pub(crate) struct Waiters {
    durable: AtomicU64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Ordered by timestamp.
    waiting: VecDeque<(Timestamp, Durable)>,
    /// Why `durable` will not move any more.
    end: Option<StoreError>,
}

impl Waiters {
    pub(crate) fn new(durable: Timestamp) -> Self {
        Self {
            durable: AtomicU64::new(durable.0),
            ..Self::default()
        }
    }

    pub(super) fn durable(&self) -> Timestamp {
        Timestamp(self.durable.load(Ordering::Acquire))
    }

    /// Calls `done` once `ts` is durable or cannot become so.
    pub(crate) fn add(&self, ts: Timestamp, done: Durable) {
        let mut state = self.state.lock();
        // Under the lock: `publish` moves it there, so nobody is added behind its back.
        let answer = if self.durable() >= ts {
            Ok(())
        } else {
            state.end.clone().map_or(Ok(()), Err)
        };
        if self.durable() < ts && answer.is_ok() {
            let place = state.waiting.partition_point(|(other, _)| *other <= ts);
            return state.waiting.insert(place, (ts, done));
        }
        drop(state);
        done(answer);
    }

    /// Blocks until `ts` is durable.
    pub(super) fn wait(&self, ts: Timestamp) -> Result<(), StoreError> {
        let mut state = self.state.lock();
        while self.durable() < ts {
            if let Some(error) = &state.end {
                return Err(error.clone());
            }
            self.changed.wait(&mut state);
        }
        Ok(())
    }

    /// Blocks until `ts` is durable or it is `deadline`. False when it is not durable then.
    pub(super) fn wait_until(&self, ts: Timestamp, deadline: Instant) -> Result<bool, StoreError> {
        let mut state = self.state.lock();
        while self.durable() < ts {
            if let Some(error) = &state.end {
                return Err(error.clone());
            }
            if self.changed.wait_until(&mut state, deadline).timed_out() {
                return Ok(self.durable() >= ts);
            }
        }
        Ok(true)
    }

    /// Everything up to `ts` is on disk. Told out of order, the newest counts.
    pub(crate) fn publish(&self, ts: Timestamp) {
        let mut state = self.state.lock();
        self.durable.fetch_max(ts.0, Ordering::AcqRel);
        let reached = state.waiting.partition_point(|(other, _)| *other <= ts);
        let reached: Vec<_> = state.waiting.drain(..reached).collect();
        drop(state);
        self.changed.notify_all();
        for (_, done) in reached {
            call(done, Ok(()));
        }
    }

    /// Nothing more will become durable. The first reason stays.
    pub(crate) fn end(&self, error: &StoreError) {
        let mut state = self.state.lock();
        state.end.get_or_insert_with(|| error.clone());
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.changed.notify_all();
        for (_, done) in waiting {
            call(done, Err(error.clone()));
        }
    }
}

/// A panic in somebody's callback must not take the log thread with it.
fn call(done: Durable, answer: Result<(), StoreError>) {
    if catch_unwind(AssertUnwindSafe(|| done(answer))).is_err() {
        tracing::error!("a callback for a durable commit panicked");
    }
}

impl std::fmt::Debug for Waiters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiters")
            .field("durable", &self.durable())
            .finish_non_exhaustive()
    }
}
