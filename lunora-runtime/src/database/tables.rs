//! The schema as transactions use it: with the numbers that indexes have on disk.

use std::{collections::HashMap, sync::Arc};

use lunora_core::id::TableTag;

use super::{error::UnknownTable, index::Index, schema::TableSchema};

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
pub(super) struct Tables(HashMap<TableTag, Arc<ResolvedTable>>);

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

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<ResolvedTable>> {
        self.0.values()
    }
}
