//! Records between those who order commits and the thread that writes them.

use std::sync::Arc;

use super::record::Record;
use super::segment::Segment;
use crate::sync::{Condvar, Mutex};

/// A record with the place that was reserved for it.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) record: Record,
    pub(super) segment: Arc<Segment>,
    pub(super) offset: u64,
}

/// Everything that was ordered while the last sync ran.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
}

#[derive(Debug, Default)]
struct State {
    queued: Vec<Queued>,
    stopped: bool,
}

impl Queue {
    pub(super) fn push(&self, queued: Queued) {
        self.state.lock().queued.push(queued);
        self.filled.notify_one();
    }

    /// Moves everything that is queued into `batch`, which is empty; waits for at least one. False at the
    /// end.
    pub(super) fn take(&self, batch: &mut Vec<Queued>) -> bool {
        let mut state = self.state.lock();
        while state.queued.is_empty() && !state.stopped {
            self.filled.wait(&mut state);
        }
        std::mem::swap(batch, &mut state.queued);
        !batch.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.state.lock().queued.is_empty()
    }

    /// Lets the writer end once everything queued is written.
    pub(super) fn stop(&self) {
        self.state.lock().stopped = true;
        self.filled.notify_all();
    }
}
