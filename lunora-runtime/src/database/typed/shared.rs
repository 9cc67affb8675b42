//! A transaction that a context shares with its readers and writers.

use lunora_core::{
    error::Result,
    id::Id,
    table::{Doc, Table},
    value::{Value, from_value},
};
use parking_lot::Mutex;

use super::{BoxFuture, Reader, Writer};
use crate::database::{
    document::StoredDocument,
    error::{CorruptDocument, CorruptReason},
    transaction::Transaction,
};

/// A transaction behind a lock that is never held across an `await`, nor while a user's closure runs.
#[derive(Debug)]
pub struct SharedTransaction(Mutex<Transaction>);

impl SharedTransaction {
    /// Shares a transaction.
    pub const fn new(transaction: Transaction) -> Self {
        Self(Mutex::new(transaction))
    }

    /// Reads from it.
    pub const fn reader(&self) -> Reader<'_> {
        Reader::new(self)
    }

    /// Reads from it and writes to it.
    pub const fn writer(&self) -> Writer<'_> {
        Writer::new(self)
    }

    /// Works on the transaction itself. `work` must not use this handle again.
    pub fn with<T>(&self, work: impl FnOnce(&mut Transaction) -> T) -> T {
        work(&mut self.0.lock())
    }

    /// The transaction, to be committed.
    pub fn into_inner(self) -> Transaction {
        self.0.into_inner()
    }

    /// Works on the transaction when the future is first polled.
    pub(super) fn later<'a, T: Send + 'a>(
        &'a self,
        work: impl FnOnce(&mut Transaction) -> Result<T> + Send + 'a,
    ) -> BoxFuture<'a, Result<T>> {
        Box::pin(async move { self.with(work) })
    }
}

/// The typed document.
pub(super) fn typed<T: Table>(document: &StoredDocument) -> Result<Doc<T>> {
    let id = document.id;
    let fields = from_value(Value::Object(document.fields.clone()));
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
