//! Stores that misbehave on purpose.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::store::{Commit, Store, StoreError, Timestamp, delegate};

/// A store that fails after so many commits, as a process does that is killed.
#[derive(Debug)]
pub(super) struct Dying {
    pub(super) store: Arc<dyn Store>,
    pub(super) left: AtomicU64,
}

impl Store for Dying {
    delegate!((store): ordered, durable, snapshot, when_durable, on_failure, feed);

    fn append(&self, after: Timestamp, commit: &Commit) -> Result<(), StoreError> {
        match self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
        {
            Ok(_) => self.store.append(after, commit),
            Err(_) => Err(StoreError::Closed),
        }
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
    delegate!((store): ordered, durable, snapshot, when_durable, on_failure, feed);

    fn append(&self, after: Timestamp, commit: &Commit) -> Result<(), StoreError> {
        if commit.ts.0.is_multiple_of(2) {
            let ts = Timestamp(after.0 + 1);
            self.store.append(
                after,
                &Commit {
                    ts,
                    writes: vec![(self.key.into(), None)],
                },
            )?;
        }
        self.store.append(after, commit)
    }
    fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
