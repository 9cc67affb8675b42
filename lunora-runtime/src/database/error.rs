//! What can go wrong inside a transaction. All are system errors that a handler can tell apart by their type.

use lunora_core::{document::EncodingError, id::DocumentId, value::ValueError};

/// A patch, replace or delete names a document that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("DocumentNotFound: table `{table}` has no document {id}")]
pub struct DocumentNotFound {
    /// Name of the table.
    pub table: &'static str,
    /// The id that was given.
    pub id: DocumentId,
}

/// A write would give two documents the same values in a unique index. Nothing was written.
///
/// ```
/// # use lunora_core::error::Error;
/// use lunora_runtime::database::UniqueViolation;
///
/// let error: Error = UniqueViolation { table: "customers", index: "by_stripe_id" }.into();
/// assert!(error.downcast_ref::<UniqueViolation>().is_some_and(|violation| violation.index == "by_stripe_id"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("UniqueViolation: index `{index}` of table `{table}` already has a document with these values")]
pub struct UniqueViolation {
    /// Name of the table.
    pub table: &'static str,
    /// Name of the unique index.
    pub index: &'static str,
}

/// `unique()` found more than one document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "NotUnique: `unique` on table `{table}` found several documents; use `first` or `take` if that is fine"
)]
pub struct NotUnique {
    /// Name of the table.
    pub table: &'static str,
}

/// The transaction ran past its deadline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "LimitExceeded: the function has worked for as long as its work_millis; read less, split the work, or raise the \
     limit on the function"
)]
pub struct TimeLimitExceeded;

/// The transaction has been taken to be committed: a reader or writer outlived its function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("TransactionOver: the database was used after the function had ended")]
pub struct TransactionOver;

/// A table that the schema does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("UnknownTable: {0} is not in the schema; list it in `lunora::app!`")]
pub struct UnknownTable(pub String);

/// An index that the table does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("UnknownIndex: table `{table}` has no index `{index}` that takes this range")]
pub struct UnknownIndex {
    /// Name of the table.
    pub table: &'static str,
    /// Name that was given.
    pub index: String,
}

/// A value cannot be a document of the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("InvalidDocument: table `{table}`: {error}")]
pub struct InvalidDocument {
    /// Name of the table.
    pub table: &'static str,
    /// What is wrong, and in which field.
    pub error: ValueError,
}

/// What is stored does not hold together. `check` finds all such places.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("CorruptDocument: document {id} of table `{table}`: {reason}; run `check`")]
pub struct CorruptDocument {
    /// Name of the table.
    pub table: &'static str,
    /// The document.
    pub id: DocumentId,
    /// What does not fit.
    pub reason: CorruptReason,
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CorruptReason {
    /// The stored bytes are not a document.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// The stored bytes end before the document starts.
    #[error("its bytes end too early")]
    Truncated,
    /// The document is not one of its table's type.
    #[error("it does not decode: {0}")]
    Type(ValueError),
    /// An index has an entry for a document that is not there.
    #[error("index `{0}` has an entry for it, but it does not exist")]
    Missing(&'static str),
    /// A key of an index is not an entry.
    #[error("index `{0}` has an entry that does not end with an id")]
    Entry(&'static str),
}

/// A pagination that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaginationError {
    /// `numItems` is not a positive whole number.
    #[error("InvalidPageSize: `numItems` must be a whole number above 0, got {0}")]
    Size(Float),
    /// A second page in one run of a function.
    #[error("a function can run only one paginated query")]
    Second,
}

/// A number as part of an error that can be compared.
#[derive(Debug, Clone, Copy)]
pub struct Float(pub f64);

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.0.total_cmp(&other.0).is_eq()
    }
}

impl Eq for Float {}

impl std::fmt::Display for Float {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
