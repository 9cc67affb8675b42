//! One index of a table and the keys of its entries.

use lunora_core::{
    id::{DocumentId, TableTag},
    key::encode_key_part,
    table::{BY_CREATION_TIME, IndexSpec},
    value::Object,
};

use super::{document, document::StoredDocument, keys};
use crate::store::{Key, KeyRange};

/// An index that is complete and may be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Index {
    pub(super) table: TableTag,
    /// Its number on disk; never used again once the index is dropped.
    pub(super) number: u32,
    pub(super) spec: IndexSpec,
}

impl Index {
    /// The order by creation time: an index without fields, since every entry ends with it.
    pub(super) const fn by_creation_time(table: TableTag) -> Self {
        Self {
            table,
            number: 0,
            spec: IndexSpec {
                name: BY_CREATION_TIME,
                fields: &[],
                unique: false,
            },
        }
    }

    /// The part of an entry that stands for the fields: equal for two documents with equal values.
    pub(super) fn values(&self, fields: &Object) -> Vec<u8> {
        let mut key = keys::index_prefix(self.table, self.number);
        for path in self.spec.fields {
            encode_key_part(document::field(fields, path), &mut key);
        }
        key
    }

    /// The entry of a document.
    pub(super) fn entry(&self, document: &StoredDocument) -> Key {
        let mut key = self.values(&document.fields);
        keys::push_entry_tail(&mut key, document.creation_time, document.id);
        key.into()
    }

    /// Whether two versions of a document have the same entry.
    pub(super) fn same(&self, old: &Object, new: &Object) -> bool {
        self.spec
            .fields
            .iter()
            .all(|path| document::field(old, path) == document::field(new, path))
    }

    /// Whether a change of this top-level field can move entries.
    pub(super) fn names(&self, field: &str) -> bool {
        self.spec.fields.iter().any(|path| path.first() == Some(&field))
    }

    /// All entries.
    pub(super) fn all(&self) -> KeyRange {
        KeyRange::prefix(&keys::index_prefix(self.table, self.number))
    }

    /// The document of an entry.
    pub(super) fn id_of(&self, entry: &[u8]) -> Option<DocumentId> {
        keys::entry_id(self.table, entry)
    }
}
