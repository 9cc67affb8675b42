//! What an export says about itself.

use serde::{Deserialize, Serialize};

/// The first block of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Version of Lunora that made it.
    pub lunora: String,
    /// The commit that it is as of.
    pub timestamp: u64,
    /// The tables, by name.
    pub tables: Vec<TableEntry>,
}

impl Manifest {
    /// How many documents there are in all tables.
    pub fn documents(&self) -> u64 {
        self.tables.iter().map(|table| table.documents).sum()
    }
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableEntry {
    /// Its name.
    pub name: String,
    /// The shape of its documents as text.
    pub fingerprint: String,
    /// How many there are.
    pub documents: u64,
    /// Whether the application that made the export had it. If not, it was of an earlier version of that application.
    pub in_schema: bool,
    /// Its indexes, which are built anew when it is imported.
    pub indexes: Vec<IndexEntry>,
}

/// An index of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexEntry {
    /// Its name.
    pub name: String,
    /// The paths of its fields.
    pub fields: Vec<Vec<String>>,
    /// Whether no two documents have the same values.
    pub unique: bool,
}

/// The last block of an export.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct End {
    /// Of everything before this block, in hexadecimal.
    pub(super) sha256: String,
}
