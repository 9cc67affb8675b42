//! The database of an application: begins and commits transactions.

use std::{sync::Arc, time::Duration};

use lunora_core::error::Result;

use super::{
    cache::ReadCache,
    check::{self, CheckReport},
    committer::{CommitError, Committer},
    creation::CreationTimes,
    cursor::CursorKey,
    lane::{Lane, LaneGuard},
    open::{self, OpenError, OpenOptions},
    progress::Progress,
    schema::Schema,
    tables::Tables,
    transaction::{Transaction, TransactionOptions},
};
use crate::{
    store::{Changes, Durable, Snapshot, Store, StoreError, Timestamp},
    sync::Instant,
};

/// Which commits a transaction sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// All that are ordered. Its answer must wait until the newest of them is durable.
    Ordered,
    /// All that are on disk: what a client may see at once.
    Durable,
}

/// The database of an application. Clones are the same database.
///
/// ```no_run
/// # fn example(store: std::sync::Arc<dyn lunora_runtime::store::Store>) -> Result<(), Box<dyn std::error::Error>> {
/// use lunora_runtime::database::{Database, OpenOptions, Schema};
///
/// let database = Database::open(store, Schema::new(vec![])?, OpenOptions::default())?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Database(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    committer: Committer,
    tables: Arc<Tables>,
    cursor_key: Arc<CursorKey>,
    creation_times: Arc<CreationTimes>,
}

impl Database {
    /// Opens the data in `store` with this schema: builds new indexes, drops those that are gone, and checks the
    /// documents of tables whose type has changed. Returns when all that is on disk; refuses to start otherwise.
    pub fn open(store: Arc<dyn Store>, schema: Schema, options: OpenOptions) -> Result<Self, OpenError> {
        let cache = Arc::new(ReadCache::new(options.cache_bytes, store.ordered()));
        let committer = Committer {
            store,
            lane: Lane::new(options.lease),
            cache,
        };
        let (tables, cursor_key) = open::open(&committer, schema, options)?;
        let (tables, cursor_key) = (Arc::new(tables), Arc::new(cursor_key));
        Ok(Self(Arc::new(Inner {
            committer,
            tables,
            cursor_key,
            creation_times: Arc::default(),
        })))
    }

    /// Begins a transaction.
    pub fn begin(&self, freshness: Freshness, options: TransactionOptions) -> Result<Transaction> {
        Ok(self.begin_on(self.snapshot(freshness)?, options))
    }

    /// Begins a transaction that reads `snapshot`, one of this database.
    pub fn begin_on(&self, snapshot: Arc<dyn Snapshot>, options: TransactionOptions) -> Transaction {
        Transaction::new(
            self.0.tables.clone(),
            self.0.cursor_key.clone(),
            snapshot,
            self.0.committer.cache.clone(),
            self.0.creation_times.clone(),
            options,
        )
    }

    /// The data as of `ts`, as long as the store keeps it.
    pub fn snapshot_at(&self, ts: Timestamp) -> Result<Arc<dyn Snapshot>, StoreError> {
        self.0.committer.store.snapshot(ts)
    }

    /// What the ordered commits after `since` changed, oldest first, as far as the store keeps them.
    pub fn feed(&self, since: Timestamp) -> Result<Vec<Arc<Changes>>, StoreError> {
        self.0.committer.store.feed(since)
    }

    /// The newest snapshot of this freshness.
    pub(super) fn snapshot(&self, freshness: Freshness) -> Result<Arc<dyn Snapshot>, StoreError> {
        let store = &self.0.committer.store;
        loop {
            let newest = match freshness {
                Freshness::Ordered => store.ordered(),
                Freshness::Durable => store.durable(),
            };
            match store.snapshot(newest) {
                // This thread was held up in between for so long that what was newest is no longer kept.
                Err(StoreError::TooOld { .. }) => {}
                snapshot => return snapshot,
            }
        }
    }

    /// Commits a transaction: when this returns, it is ordered and visible, and will be durable soon.
    ///
    /// One that wrote nothing takes place at its snapshot and always succeeds.
    pub fn commit(&self, transaction: Transaction) -> Result<Timestamp, CommitError> {
        self.0.committer.commit(transaction)
    }

    /// Calls `done` when everything up to `ts` is on disk, or cannot get there. It must not block.
    pub fn when_durable(&self, ts: Timestamp, done: Durable) {
        self.0.committer.store.when_durable(ts, done);
    }

    /// Waits until `deadline` for the turn of a mutation that has lost too often, which then has `work` to run.
    pub fn lane(&self, work: Duration, deadline: Instant) -> Option<LaneGuard> {
        LaneGuard::wait(self.clone(), work, deadline)
    }

    /// The newest ordered commit.
    pub fn ordered(&self) -> Timestamp {
        self.0.committer.store.ordered()
    }

    /// The newest commit on disk.
    pub fn durable(&self) -> Timestamp {
        self.0.committer.store.durable()
    }

    /// Waits until everything is on disk and closes the store.
    pub fn close(&self) -> Result<(), StoreError> {
        self.0.committer.store.close()
    }

    /// Compares every document with every index, as of now.
    pub fn check(&self, progress: impl FnMut(Progress<'_>)) -> Result<CheckReport, StoreError> {
        let store = &self.0.committer.store;
        let snapshot = store.snapshot(store.ordered())?;
        check::check(&*snapshot, &self.0.tables, progress)
    }

    pub(super) fn tables(&self) -> &Tables {
        &self.0.tables
    }

    pub(super) fn committer(&self) -> &Committer {
        &self.0.committer
    }
}
