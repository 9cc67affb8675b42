//! Why there is no export, and why one is not imported.

use std::{io, path::PathBuf};

use lunora_core::id::DocumentId;

use super::super::{error::CorruptReason, open::OpenError, schema::SchemaError};
use crate::store::StoreError;

/// The file is not a whole export.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// It does not begin like one.
    #[error("this is no export of a Lunora store")]
    NotAnExport,
    /// It is of a version that this program does not read.
    #[error(
        "this export has format {version}, and this program reads format {}: import it with the version of Lunora that \
         made it, or a later one",
        super::VERSION
    )]
    OtherVersion {
        /// Version of the format.
        version: u32,
    },
    /// It ends too early.
    #[error("the export ends at byte {at}, in the middle: it was not finished, or is part of a copy")]
    CutOff {
        /// Where it ends.
        at: u64,
    },
    /// It is not as it was written.
    #[error("the export is damaged at byte {at}: {reason}. Take another copy of it")]
    Damaged {
        /// Where the block begins that is damaged.
        at: u64,
        /// What does not fit.
        reason: &'static str,
    },
    /// It cannot be read.
    #[error("the export cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored does not hold together, so it could not be imported.
    #[error("{0}. What cannot be imported is not exported either: run `check`, which lists all such places")]
    Corrupt(String),
    /// The application's tables contradict each other.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// There is no store in the data directory.
    #[error("there is no data in {}", .0.display())]
    NoData(PathBuf),
    /// The export cannot be written.
    #[error("the export cannot be written: {0}")]
    Io(#[from] io::Error),
}

/// Why an export was not imported. The store is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file is not a whole export.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The application's tables contradict each other.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The application's tables could not be made.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The application does not have such a table.
    #[error(
        "table `{table}` of the export, with {documents} documents, is not one of this application: it is an export of \
         another one, or of another version. Import it with an application that has the table"
    )]
    UnknownTable {
        /// Name of the table.
        table: String,
        /// How many documents it has.
        documents: u64,
    },
    /// What belongs to the store alone comes from no export.
    #[error(
        "the export has the table `{0}`, which belongs to each store alone. No program of ours has made it"
    )]
    Private(String),
    /// It is whole, but its parts do not fit each other.
    #[error("the export contradicts itself: {0}. No program of ours has made it")]
    Contradiction(&'static str),
    /// It is not the file any more that it was a moment ago.
    #[error("the export changed while it was imported")]
    Changed,
    /// The store has documents, and nobody said what is to become of them.
    #[error(
        "the store has documents already, in table `{0}`: choose between replacing everything there is (--replace) and \
         adding to it (--append)"
    )]
    NotEmpty(String),
    /// A document cannot be one of its table.
    #[error("document {id} of table `{table}` cannot be imported: {reason}")]
    Document {
        /// Name of the table.
        table: String,
        /// The document.
        id: DocumentId,
        /// What does not fit.
        reason: CorruptReason,
    },
    /// There are two documents with one id.
    #[error("there are two documents {id} of table `{table}`: {place}")]
    Twice {
        /// Name of the table.
        table: String,
        /// The document.
        id: DocumentId,
        /// Where the other one is.
        place: &'static str,
    },
    /// Two documents have the same values in a unique index.
    #[error(
        "documents {first} and {second} of table `{table}` have the same values in the unique index `{index}`"
    )]
    Duplicate {
        /// Name of the table.
        table: String,
        /// Name of the index.
        index: &'static str,
        /// One document.
        first: DocumentId,
        /// The other.
        second: DocumentId,
    },
    /// The store's own record of its tables cannot be read or written.
    #[error("the catalog of the store cannot be used: {0}")]
    Catalog(String),
}
