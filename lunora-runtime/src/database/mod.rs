//! Tables, indexes and serializable transactions on top of a [`Store`](crate::store::Store).
//!
//! A [`Transaction`] reads one snapshot plus its own writes and remembers exactly what it read. [`Database::commit`]
//! compares that with what was committed since and either orders the writes at one point in time or reports a
//! conflict; nothing is locked while a function runs. [`Reader`] and [`Writer`] are the typed face of a transaction,
//! the one that functions see.

mod another;
mod archive;
mod backfill;
mod bounds;
mod cache;
mod catalog;
mod check;
mod committer;
mod creation;
mod cursor;
mod document;
mod entries;
mod error;
mod get_many;
mod held;
mod index;
mod instance;
mod keys;
mod lane;
mod load;
mod meter;
mod moment;
mod open;
mod outline;
mod overlay;
mod pages;
mod progress;
mod reads;
mod reconcile;
mod savepoint;
mod scan;
mod schema;
mod subscriptions;
mod tables;
#[cfg(test)]
mod tests;

mod transaction;
mod typed;
mod unique;
mod verify;
mod writes;

pub(crate) use self::cache::Marked;
#[cfg(test)]
pub(crate) use self::reads::reads_of;
pub use self::{
    archive::{
        ArchiveError, ExportError, ExportOptions, ExportReport, ImportError, ImportMode, ImportOptions,
        ImportReport, IndexEntry, Joining, Manifest, TableEntry, export, import, inspect,
    },
    bounds::Order,
    check::{CheckReport, Problem, TableReport},
    committer::CommitError,
    document::StoredDocument,
    entries::Entry,
    error::{
        CorruptDocument, CorruptReason, DocumentNotFound, Float, InvalidDocument, NotUnique, PaginationError,
        TimeLimitExceeded, TransactionOver, UniqueViolation, UnknownIndex, UnknownTable,
    },
    instance::{Database, Freshness},
    lane::{LEASE, LaneGuard},
    moment::Moment,
    open::{OpenError, OpenOptions},
    pages::PageEnd,
    progress::{Progress, Step},
    reads::{ReadSet, SealedReads},
    savepoint::Savepoint,
    scan::Scan,
    schema::{Schema, SchemaError, TableSchema},
    subscriptions::{SubscriptionId, Subscriptions},
    transaction::{Transaction, TransactionOptions},
    typed::{BoxFuture, DocumentStream, MayWrite, QueryBuilder, Reader, SharedTransaction, Writer},
};
