//! The meeting point of writers, who fill layers, and the thread that writes full ones into the engine.

use std::sync::Arc;
use std::time::Duration;

use super::error::StoreError;
use super::overlay::Layer;
use crate::sync::{Condvar, Instant, Mutex};

/// What the checkpoint thread does next.
#[derive(Debug)]
pub(crate) enum Work {
    /// Write this layer into the engine.
    Write(Arc<Layer>),
    /// Give up timestamps that are too old.
    Forget,
    /// End.
    Stop,
}

/// At most one frozen layer at a time is on its way into the engine.
#[derive(Debug, Default)]
pub(crate) struct Checkpoints {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    frozen: Option<Arc<Layer>>,
    forget_at: Option<Instant>,
    stopped: bool,
    failure: Option<StoreError>,
}

impl Checkpoints {
    /// Whether a layer is on its way.
    pub(crate) fn is_busy(&self) -> bool {
        self.state.lock().frozen.is_some()
    }

    /// Hands over a layer. Only when not busy.
    pub(crate) fn begin(&self, frozen: Arc<Layer>) {
        self.state.lock().frozen = Some(frozen);
        self.changed.notify_all();
    }

    /// For the thread: waits for something to do.
    pub(crate) fn next(&self) -> Work {
        let mut state = self.state.lock();
        loop {
            if state.stopped {
                return Work::Stop;
            }
            if let Some(frozen) = &state.frozen {
                return Work::Write(Arc::clone(frozen));
            }
            let Some(at) = state.forget_at else {
                self.changed.wait(&mut state);
                continue;
            };
            if self.changed.wait_until(&mut state, at).timed_out() {
                state.forget_at = None;
                return Work::Forget;
            }
        }
    }

    /// For the thread: when timestamps have to be given up next.
    pub(crate) fn forget_at(&self, at: Option<Instant>) {
        self.state.lock().forget_at = at;
    }

    /// For the thread: the layer is in the engine.
    pub(crate) fn done(&self) {
        let mut state = self.state.lock();
        let written = state.frozen.take();
        drop(state);
        self.changed.notify_all();
        drop(written);
    }

    /// For the thread: it ends, and the layer is not in the engine.
    pub(crate) fn fail(&self, error: StoreError) {
        self.state.lock().failure = Some(error);
        self.stop();
    }

    pub(crate) fn stop(&self) {
        self.state.lock().stopped = true;
        self.changed.notify_all();
    }

    /// Waits until no layer is on its way.
    pub(crate) fn wait_idle(&self) -> Result<(), StoreError> {
        let mut state = self.state.lock();
        while state.frozen.is_some() && !state.stopped {
            self.changed.wait(&mut state);
        }
        let stopped = state.stopped.then_some(StoreError::Closed);
        state.failure.clone().or(stopped).map_or(Ok(()), Err)
    }

    /// Waits for a change, but not long: what the caller waits for may change elsewhere.
    pub(crate) fn wait_a_moment(&self) {
        let mut state = self.state.lock();
        if state.frozen.is_some() && !state.stopped {
            self.changed.wait_for(&mut state, Duration::from_millis(50));
        }
    }
}
