//! The entries of an index without their documents: for what walks along an index and remembers where it was.

use std::{ops::Bound, sync::Arc};

use lunora_core::{
    error::Result,
    id::{DocumentId, TableTag},
    key::decode_key_part,
    table::IndexBounds,
    value::{Object, Value},
};

use super::{
    bounds::{self, Order},
    document::StoredDocument,
    error::UnknownIndex,
    keys,
    overlay::beyond,
    tables::ResolvedTable,
    transaction::Transaction,
};
use crate::store::{Direction, Key};

/// The place of a document in an index. Places are ordered as the index is, and no two documents have the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry(Key);

impl Entry {
    /// The document.
    pub fn id(&self) -> Option<DocumentId> {
        let (table, _) = keys::entry_index(&self.0)?;
        keys::entry_id(table, &self.0)
    }

    /// The value of the index's field number `field`, counted from 0.
    pub fn value(&self, field: usize) -> Option<Value> {
        let mut rest = keys::entry_fields(&self.0)?;
        for _ in 0..field {
            (_, rest) = decode_key_part(rest).ok()?;
        }
        decode_key_part(rest).ok()?.0
    }
}

impl Transaction {
    /// The first `limit` entries of a range of an index from `from` on. They count against no limits.
    pub fn entries(
        &mut self,
        table: TableTag,
        bounds: &IndexBounds,
        from: Bound<&Entry>,
        limit: usize,
    ) -> Result<Vec<Entry>> {
        self.check_time()?;
        let table = self.table(table)?;
        let (source, mut range) = bounds::resolve(&table, Some(bounds))?;
        match from {
            Bound::Included(Entry(key)) if range.start < *key => range.start = key.clone(),
            Bound::Excluded(Entry(key)) if range.start <= *key => {
                range = beyond(&range, key, Direction::Ascending);
            }
            _ => {}
        }
        let mut scan = self.scan_keys(table, source, range, Order::Asc);
        let mut entries = Vec::new();
        while entries.len() < limit
            && let Some(key) = scan.next_key(self)?
        {
            entries.push(Entry(key));
        }
        Ok(entries)
    }

    /// Inserts a document; returns its id, and its place in an index.
    pub fn insert_with_entry(
        &mut self,
        table: TableTag,
        fields: Object,
        index: &'static str,
    ) -> Result<(DocumentId, Entry)> {
        self.check_time()?;
        let random = self.next_id();
        let id = DocumentId { table, random };
        let table = self.table(table)?;
        let mut place = None;
        self.insert_into(&table, id, fields, |of, entry| {
            if of.spec.name == index {
                place = Some(Entry(entry.clone()));
            }
        })?;
        match place {
            Some(place) => Ok((id, place)),
            None => Err(unknown(&table, index).into()),
        }
    }

    /// The place of a document in an index, as this transaction sees it.
    pub fn entry(&mut self, id: DocumentId, index: &'static str) -> Result<Option<Entry>> {
        self.check_time()?;
        let table = self.table(id.table)?;
        let index = table.index(index).ok_or_else(|| unknown(&table, index))?;
        let document = self.load(&table, id)?;
        Ok(document.map(|document: Arc<StoredDocument>| Entry(index.entry(&document))))
    }
}

fn unknown(table: &ResolvedTable, index: &str) -> UnknownIndex {
    UnknownIndex {
        table: table.schema.name,
        index: index.to_owned(),
    }
}
