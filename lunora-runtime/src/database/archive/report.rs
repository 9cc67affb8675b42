//! What was exported or imported.

use std::{collections::BTreeMap, fmt};

use super::manifest::Manifest;
use crate::store::Timestamp;

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReport {
    /// The commit that it is as of.
    pub timestamp: Timestamp,
    /// How many tables there are.
    pub tables: usize,
    /// Documents of all tables.
    pub documents: u64,
    /// Length of the export in bytes.
    pub bytes: u64,
}

impl ExportReport {
    /// Of an export with this manifest and length.
    pub(crate) fn of(manifest: &Manifest, bytes: u64) -> Self {
        Self {
            timestamp: Timestamp(manifest.timestamp),
            tables: manifest.tables.len(),
            documents: manifest.documents(),
            bytes,
        }
    }
}

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// The commit that the export is as of.
    pub exported_at: Timestamp,
    /// The newest commit of the store as it is now: above that of the export, and above all that the store had before.
    pub continues_after: Timestamp,
    /// Documents of each table of the export that were imported, by name.
    pub tables: Vec<(String, u64)>,
    /// Documents of tables of the export that the store has its own instead of, by name.
    pub left_out: BTreeMap<String, u64>,
}

impl ImportReport {
    /// Documents of all tables.
    pub fn documents(&self) -> u64 {
        self.tables.iter().map(|(_, documents)| documents).sum()
    }
}

impl fmt::Display for ExportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            timestamp,
            tables,
            documents,
            bytes,
        } = self;
        writeln!(
            f,
            "{documents} documents of {tables} tables as of commit {timestamp}, in {bytes} bytes"
        )
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, documents) in &self.tables {
            write!(f, "{name}: {documents} documents")?;
            match self.left_out.get(name) {
                Some(left_out) => writeln!(f, ", {left_out} left out")?,
                None => writeln!(f)?,
            }
        }
        writeln!(
            f,
            "imported as of commit {}; the next commit is above {}",
            self.exported_at, self.continues_after
        )
    }
}
