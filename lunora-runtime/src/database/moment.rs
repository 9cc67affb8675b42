//! Reads at a timestamp that is not the newest.

use std::sync::Arc;

use lunora_core::error::Result;

use super::{
    instance::{Database, Freshness},
    transaction::{Transaction, TransactionOptions},
};
use crate::store::{Snapshot, StoreError, Timestamp};

/// A commit that is on disk, and can be read at for as long as this is held. Meanwhile the store keeps what it shows, so
/// hold it for a call and not for a session.
#[derive(Debug, Clone)]
pub struct Moment(Arc<dyn Snapshot>);

impl Moment {
    /// The commit.
    pub fn timestamp(&self) -> Timestamp {
        self.0.timestamp()
    }
}

impl Database {
    /// The newest commit on disk.
    pub fn moment(&self) -> Result<Moment, StoreError> {
        self.snapshot(Freshness::Durable).map(Moment)
    }

    /// An earlier one: of the last half minute, or as far back as memory goes, else [`StoreError::TooOld`]. One that is
    /// not on disk does not exist yet ([`StoreError::NotYet`]), whether or not it is ordered: it could still be lost.
    pub fn moment_at(&self, ts: Timestamp) -> Result<Moment, StoreError> {
        let newest = self.durable();
        if ts > newest {
            return Err(StoreError::NotYet {
                requested: ts,
                newest,
            });
        }
        self.committer().store.snapshot(ts).map(Moment)
    }

    /// Begins a transaction that reads at `ts`, as [`Self::moment_at`] allows.
    pub fn begin_at(&self, ts: Timestamp, options: TransactionOptions) -> Result<Transaction> {
        Ok(self.begin_in(&self.moment_at(ts)?, options))
    }

    /// Begins a transaction that reads at a moment.
    pub fn begin_in(&self, moment: &Moment, options: TransactionOptions) -> Transaction {
        self.begin_on(Arc::clone(&moment.0), options)
    }
}
