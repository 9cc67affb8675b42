//! The schema as transactions use it: with the numbers that indexes have on disk.

use std::{collections::HashMap, sync::Arc};

use lunora_core::id::TableTag;

use super::{error::UnknownTable, index::Index, keys, schema::TableSchema};

/// A table whose indexes are complete.
#[derive(Debug)]
pub(super) struct ResolvedTable {
    pub(super) schema: TableSchema,
    /// The one by creation time first.
    pub(super) indexes: Vec<Index>,
}

impl ResolvedTable {
    pub(super) fn by_creation_time(&self) -> Index {
        Index::by_creation_time(self.schema.tag)
    }

    pub(super) fn index(&self, name: &str) -> Option<Index> {
        self.indexes.iter().find(|index| index.spec.name == name).copied()
    }
}

/// All tables by tag.
#[derive(Debug, Default)]
pub(super) struct Tables(HashMap<TableTag, Arc<ResolvedTable>, foldhash::fast::RandomState>);

impl Tables {
    pub(super) fn new(tables: impl IntoIterator<Item = ResolvedTable>) -> Self {
        Self(
            tables
                .into_iter()
                .map(|table| (table.schema.tag, Arc::new(table)))
                .collect(),
        )
    }

    pub(super) fn get(&self, tag: TableTag) -> Result<&Arc<ResolvedTable>, UnknownTable> {
        self.0.get(&tag).ok_or_else(|| UnknownTable(format!("{tag:?}")))
    }

    /// Whether `key` is that of an entry of a unique index.
    pub(super) fn is_unique_entry(&self, key: &[u8]) -> bool {
        let Some((table, number)) = keys::entry_index(key) else {
            return false;
        };
        let indexes = self.0.get(&table).map(|table| &table.indexes);
        let index = indexes.and_then(|indexes| indexes.iter().find(|index| index.number == number));
        index.is_some_and(|index| index.spec.unique)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<ResolvedTable>> {
        self.0.values()
    }
}
