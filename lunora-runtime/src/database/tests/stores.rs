//! Stores that misbehave on purpose.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::store::{Commit, Durable, OnFailure, Snapshot, Store, StoreError, Timestamp};

/// A store that fails after so many commits, as a process does that is killed.
#[derive(Debug)]
pub(super) struct Dying {
    pub(super) store: Arc<dyn Store>,
    pub(super) left: AtomicU64,
}

impl Store for Dying {
    fn ordered(&self) -> Timestamp {
        self.store.ordered()
    }
    fn durable(&self) -> Timestamp {
        self.store.durable()
    }
    fn snapshot(&self, ts: Timestamp) -> Result<Arc<dyn Snapshot>, StoreError> {
        self.store.snapshot(ts)
    }
    fn append(&self, after: Timestamp, commit: Commit) -> Result<(), StoreError> {
        match self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
        {
            Ok(_) => self.store.append(after, commit),
            Err(_) => Err(StoreError::Closed),
        }
    }
    fn when_durable(&self, ts: Timestamp, done: Durable) {
        self.store.when_durable(ts, done);
    }
    fn on_failure(&self, failed: OnFailure) {
        self.store.on_failure(failed);
    }
    fn feed(&self, since: Timestamp) -> Result<Vec<Arc<Commit>>, StoreError> {
        self.store.feed(since)
    }
    fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A store to which somebody else writes whenever a commit is about to be appended.
#[derive(Debug)]
pub(super) struct Contended {
    pub(super) store: Arc<dyn Store>,
    pub(super) key: &'static [u8],
}

impl Store for Contended {
    fn ordered(&self) -> Timestamp {
        self.store.ordered()
    }
    fn durable(&self) -> Timestamp {
        self.store.durable()
    }
    fn snapshot(&self, ts: Timestamp) -> Result<Arc<dyn Snapshot>, StoreError> {
        self.store.snapshot(ts)
    }
    fn append(&self, after: Timestamp, commit: Commit) -> Result<(), StoreError> {
        if commit.ts.0.is_multiple_of(2) {
            let ts = Timestamp(after.0 + 1);
            self.store.append(
                after,
                Commit {
                    ts,
                    writes: vec![(self.key.into(), None)],
                },
            )?;
        }
        self.store.append(after, commit)
    }
    fn when_durable(&self, ts: Timestamp, done: Durable) {
        self.store.when_durable(ts, done);
    }
    fn on_failure(&self, failed: OnFailure) {
        self.store.on_failure(failed);
    }
    fn feed(&self, since: Timestamp) -> Result<Vec<Arc<Commit>>, StoreError> {
        self.store.feed(since)
    }
    fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
