//! A transaction that a context shares with its readers and writers.

use lunora_core::{
    error::Result,
    id::{DocumentId, Id},
    table::{Doc, Table},
    value::from_object,
};
use parking_lot::Mutex;

use super::{BoxFuture, Reader, Writer};
use crate::{
    database::{
        document::StoredDocument,
        error::{CorruptDocument, CorruptReason, TransactionOver},
        savepoint::Savepoint,
        transaction::Transaction,
    },
    store::Timestamp,
};

/// A transaction behind a lock that is never held across an `await`, nor while a user's closure runs.
///
/// It can be [taken](Self::take) out to be committed; from then on whoever still has a reader or writer gets errors.
#[derive(Debug)]
pub struct SharedTransaction {
    transaction: Mutex<Option<Transaction>>,
    snapshot: Timestamp,
}

impl SharedTransaction {
    /// Shares a transaction.
    pub fn new(transaction: Transaction) -> Self {
        Self {
            snapshot: transaction.snapshot_ts(),
            transaction: Mutex::new(Some(transaction)),
        }
    }

    /// Reads from it.
    pub const fn reader(&self) -> Reader<'_> {
        Reader::new(self)
    }

    /// Reads from it and writes to it.
    pub const fn writer(&self) -> Writer<'_> {
        Writer::new(self)
    }

    /// What it reads at.
    pub const fn snapshot_ts(&self) -> Timestamp {
        self.snapshot
    }

    /// Works on the transaction itself. `work` must not use this handle again.
    pub fn with<T>(&self, work: impl FnOnce(&mut Transaction) -> Result<T>) -> Result<T> {
        work(self.transaction.lock().as_mut().ok_or(TransactionOver)?)
    }

    /// See [`Transaction::savepoint`].
    pub fn savepoint(&self) -> Result<Savepoint> {
        self.with(|transaction| Ok(transaction.savepoint()))
    }

    /// See [`Transaction::rollback`].
    pub fn rollback(&self, savepoint: Savepoint) -> Result<()> {
        self.with(|transaction| {
            transaction.rollback(savepoint);
            Ok(())
        })
    }

    /// See [`Transaction::stamp`].
    pub fn stamp(&self, id: DocumentId, field: &str) -> Result<()> {
        self.with(|transaction| transaction.stamp(id, field))
    }

    /// Takes the transaction out, to be committed or dropped.
    pub fn take(&self) -> Result<Transaction> {
        Ok(self.transaction.lock().take().ok_or(TransactionOver)?)
    }

    /// Works on the transaction when the future is first polled.
    pub(super) fn later<'a, T: Send + 'a>(
        &'a self,
        work: impl FnOnce(&mut Transaction) -> Result<T> + Send + 'a,
    ) -> BoxFuture<'a, Result<T>> {
        Box::pin(async move { self.with(work) })
    }
}

/// How what is stored of a table is read. What has it asks nothing more of `T`, so that a query of a type that is no
/// table is one mistake to the compiler, where it starts, and not one more at each of its methods.
pub(super) struct Rows<T> {
    pub(super) table: &'static str,
    pub(super) read: fn(&StoredDocument) -> Result<Doc<T>>,
}

impl<T: Table> Rows<T> {
    pub(super) const fn new() -> Self {
        Self {
            table: T::NAME,
            read: typed,
        }
    }
}

/// The typed document.
pub(super) fn typed<T: Table>(document: &StoredDocument) -> Result<Doc<T>> {
    let id = document.id;
    let fields = from_object(&document.fields);
    let fields = fields.map_err(|error| CorruptDocument {
        table: T::NAME,
        id,
        reason: CorruptReason::Type(error),
    })?;
    Ok(Doc::new(
        Id::try_from_untyped(id)?,
        document.creation_time,
        fields,
    ))
}
