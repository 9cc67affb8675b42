//! A store that is full, or cannot be read, while it is told so.

use std::sync::{
    Arc, Condvar, Mutex,
    atomic::{AtomicBool, Ordering},
};

use lunora_runtime::store::{
    Changes, Commit, Durable, Memory, OnFailure, Snapshot, Store, StoreError, Timestamp,
};

use super::hooks::PATIENCE;

/// A store that refuses commits as one on a full disk does, or reads.
#[derive(Debug, Default)]
pub struct Crowded {
    memory: Memory,
    is_full: AtomicBool,
    hides: AtomicBool,
    is_hidden: AtomicBool,
    refusals: Mutex<usize>,
    refused: Condvar,
}

impl Crowded {
    pub fn fill(&self) {
        self.is_full.store(true, Ordering::SeqCst);
    }

    pub fn make_room(&self) {
        self.is_full.store(false, Ordering::SeqCst);
    }

    /// From the next commit on nothing can be read.
    pub fn hide_after_a_commit(&self) {
        self.hides.store(true, Ordering::SeqCst);
    }

    pub fn show(&self) {
        self.is_hidden.store(false, Ordering::SeqCst);
    }

    fn refuse(&self) {
        *self.refusals.lock().unwrap() += 1;
        self.refused.notify_all();
    }

    /// Waits until so many more commits or reads have been refused.
    pub fn await_refusals(&self, more: usize) {
        let refusals = self.refusals.lock().unwrap();
        let wanted = *refusals + more;
        let (refusals, _) = self
            .refused
            .wait_timeout_while(refusals, PATIENCE, |refusals| *refusals < wanted)
            .unwrap();
        assert!(*refusals >= wanted, "nobody comes");
    }
}

impl Store for Crowded {
    fn ordered(&self) -> Timestamp {
        self.memory.ordered()
    }

    fn durable(&self) -> Timestamp {
        self.memory.durable()
    }

    fn snapshot(&self, ts: Timestamp) -> Result<Arc<dyn Snapshot>, StoreError> {
        if self.is_hidden.load(Ordering::SeqCst) {
            self.refuse();
            return Err(StoreError::Failed("a page cannot be read".into()));
        }
        self.memory.snapshot(ts)
    }

    fn append(&self, after: Timestamp, commit: &Commit) -> Result<(), StoreError> {
        if self.is_full.load(Ordering::SeqCst) {
            self.refuse();
            return Err(StoreError::DiskFull);
        }
        self.memory.append(after, commit)?;
        if self.hides.swap(false, Ordering::SeqCst) {
            self.is_hidden.store(true, Ordering::SeqCst);
        }
        Ok(())
    }

    fn when_durable(&self, ts: Timestamp, done: Durable) {
        self.memory.when_durable(ts, done);
    }

    fn on_failure(&self, failed: OnFailure) {
        self.memory.on_failure(failed);
    }

    fn feed(&self, since: Timestamp) -> Result<Vec<Arc<Changes>>, StoreError> {
        self.memory.feed(since)
    }

    fn close(&self) -> Result<(), StoreError> {
        self.memory.close()
    }
}
