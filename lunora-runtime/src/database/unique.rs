//! Look-ups in unique indexes: what most functions begin with, and the probe before a write.

use lunora_core::error::Result;

use super::transaction::Transaction;
use crate::store::{Direction, Key, KeyRange, StoreError};

impl Transaction {
    /// The entry of a unique index that begins with `value`, as this transaction sees it. There is one at most.
    pub(super) fn unique_entry(&mut self, value: Key) -> Result<Option<Key>, StoreError> {
        self.reads.value(value.clone());
        if let Some(own) = self.own_entry(&value) {
            return Ok(Some(own));
        }
        let committed = self.committed_entry(&value)?;
        // What this transaction has deleted is there for others only.
        Ok(committed.filter(|entry| self.writes.get(entry).is_none()))
    }

    /// The entry that this transaction has added.
    fn own_entry(&self, value: &[u8]) -> Option<Key> {
        let own = self.writes.beginning_with(value);
        let mut added = own.filter(|(_, write)| write.is_some());
        added.next().map(|(entry, _)| entry.clone())
    }

    fn committed_entry(&self, value: &[u8]) -> Result<Option<Key>, StoreError> {
        let at = self.snapshot_ts();
        if let Some(entry) = self.cache.unique_entry(value, at) {
            return Ok(Some(entry));
        }
        let range = KeyRange::prefix(value);
        let Some(found) = self.snapshot.range(range, Direction::Ascending).next() else {
            return Ok(None);
        };
        let (entry, _) = found?;
        self.cache.keep_unique_entry(value, entry.clone(), at);
        Ok(Some(entry))
    }
}
