//! The documents of a table or of a range of an index, one after the other.

use std::sync::Arc;

use lunora_core::{error::Result, id::TableTag, table::IndexBounds};

use super::{
    bounds::{self, Order, Source},
    document::StoredDocument,
    error::{CorruptDocument, CorruptReason},
    keys,
    overlay::Overlay,
    tables::ResolvedTable,
    transaction::Transaction,
};
use crate::store::{Key, KeyRange, Payload};

/// A scan in progress: give it its transaction for each step. It sees what the transaction writes meanwhile.
#[derive(Debug)]
pub struct Scan {
    table: Arc<ResolvedTable>,
    source: Source,
    rows: Rows,
}

/// Where rows come from.
#[derive(Debug)]
enum Rows {
    Range(Overlay),
    /// One value of a unique index, until it has been looked up, and then its entry.
    Value {
        sought: Option<Key>,
        entry: Option<Key>,
    },
}

impl Rows {
    fn next(&mut self, transaction: &mut Transaction) -> Result<Option<(Key, Payload)>> {
        match self {
            Self::Range(overlay) => overlay.next(transaction),
            Self::Value { sought, entry } => {
                let Some(value) = sought.take() else {
                    return Ok(None);
                };
                *entry = transaction.unique_entry(value)?;
                Ok(entry.clone().map(|entry| (entry, Payload::default())))
            }
        }
    }
}

impl Transaction {
    /// Starts a scan over a range of an index, or over the whole table by creation time. Reads nothing yet.
    pub fn scan(&mut self, table: TableTag, bounds: Option<&IndexBounds>, order: Order) -> Result<Scan> {
        let table = self.table(table)?;
        if let Some((index, value)) = bounds.and_then(|bounds| bounds::one_value(&table, bounds)) {
            return Ok(Scan {
                table,
                source: Source::Index(index),
                rows: Rows::Value {
                    sought: Some(value),
                    entry: None,
                },
            });
        }
        let (source, range) = bounds::resolve(&table, bounds)?;
        Ok(self.scan_keys(table, source, range, order))
    }

    pub(super) fn scan_keys(
        &mut self,
        table: Arc<ResolvedTable>,
        source: Source,
        range: KeyRange,
        order: Order,
    ) -> Scan {
        Scan {
            table,
            source,
            rows: Rows::Range(Overlay::new(self, range, order.into())),
        }
    }

    /// How many documents are in a range of an index, or in the table. Counts entries: no document is looked at.
    pub fn count(&mut self, table: TableTag, bounds: Option<&IndexBounds>) -> Result<u64> {
        let mut scan = self.scan(table, bounds, Order::Asc)?;
        let mut count = 0;
        while scan.next_key(self)?.is_some() {
            self.count_entry(&scan.table)?;
            count += 1;
        }
        Ok(count)
    }
}

impl Scan {
    /// The next document.
    pub fn next(&mut self, transaction: &mut Transaction) -> Result<Option<Arc<StoredDocument>>> {
        transaction.check_time()?;
        let Some((key, payload)) = self.rows.next(transaction)? else {
            return Ok(None);
        };
        let document = self.document(transaction, &key, payload)?;
        transaction.count_read(&self.table, document.bytes())?;
        Ok(Some(document))
    }

    /// The next key, whose document is not looked at.
    pub(super) fn next_key(&mut self, transaction: &mut Transaction) -> Result<Option<Key>> {
        transaction.check_time()?;
        Ok(self.rows.next(transaction)?.map(|(key, _)| key))
    }

    /// The key of the last document that was read.
    pub(super) const fn position(&self) -> Option<&Key> {
        match &self.rows {
            Rows::Range(overlay) => overlay.position(),
            Rows::Value { entry, .. } => entry.as_ref(),
        }
    }

    fn document(
        &self,
        transaction: &mut Transaction,
        key: &Key,
        payload: Payload,
    ) -> Result<Arc<StoredDocument>> {
        let (table, tag) = (self.table.schema.name, self.table.schema.tag);
        let id = keys::entry_id(tag, key);
        let corrupt = |reason| {
            let id = id.unwrap_or(lunora_core::id::DocumentId {
                table: tag,
                random: [0; 16],
            });
            CorruptDocument { table, id, reason }
        };
        let Source::Index(index) = self.source else {
            let id = id.ok_or_else(|| corrupt(CorruptReason::Truncated))?;
            return match transaction.documents.get(id) {
                Some(document) => Ok(document.clone()),
                None => transaction.decode(&self.table, id, payload),
            };
        };
        let id = id.ok_or_else(|| corrupt(CorruptReason::Entry(index.spec.name)))?;
        let document = transaction.load(&self.table, id)?;
        Ok(document.ok_or_else(|| corrupt(CorruptReason::Missing(index.spec.name)))?)
    }
}
