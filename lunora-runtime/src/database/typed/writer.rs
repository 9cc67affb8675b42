//! Writes.

use std::ops::Deref;

use lunora_core::{
    error::{Error, Result},
    id::{Id, TableTag},
    table::{IntoPatch, Table},
    value::{Object, to_value},
};

use super::{BoxFuture, Reader, SharedTransaction};
use crate::database::error::InvalidDocument;

/// Reads from a transaction and writes to it: `ctx.db()` of a mutation. Reads see what was written.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    reader: Reader<'a>,
}

impl<'a> Writer<'a> {
    pub(super) const fn new(transaction: &'a SharedTransaction) -> Self {
        Self {
            reader: Reader::new(transaction),
        }
    }

    /// Inserts a document and returns its id.
    pub fn insert<T: Table>(&self, document: T) -> BoxFuture<'a, Result<Id<T>>> {
        self.transaction.later(move |transaction| {
            let id = transaction.insert(TableTag::of(T::NAME), fields_of(&document)?)?;
            Ok(Id::try_from_untyped(id)?)
        })
    }

    /// Changes some fields of a document. It is an error if there is no such document.
    pub fn patch<T: Table>(&self, id: Id<T>, patch: impl IntoPatch<T>) -> BoxFuture<'a, Result<()>> {
        let changes = patch.into_patch().into_changes();
        self.transaction.later(move |transaction| {
            let changes = changes.map_err(|error| InvalidDocument {
                table: T::NAME,
                error,
            })?;
            transaction.patch(id.untyped(), changes)
        })
    }

    /// Gives a document other fields; id and creation time stay. It is an error if there is no such document.
    pub fn replace<T: Table>(&self, id: Id<T>, document: T) -> BoxFuture<'a, Result<()>> {
        self.transaction
            .later(move |transaction| transaction.replace(id.untyped(), fields_of(&document)?))
    }

    /// Removes a document. It is an error if there is no such document.
    pub fn delete<T: Table>(&self, id: Id<T>) -> BoxFuture<'a, Result<()>> {
        self.transaction
            .later(move |transaction| transaction.delete(id.untyped()))
    }
}

impl<'a> Deref for Writer<'a> {
    type Target = Reader<'a>;
    fn deref(&self) -> &Reader<'a> {
        &self.reader
    }
}

fn fields_of<T: Table>(document: &T) -> Result<Object> {
    let invalid = |error| {
        Error::from(InvalidDocument {
            table: T::NAME,
            error,
        })
    };
    to_value(document)
        .map_err(invalid)?
        .into_object()
        .map_err(|value| {
            let message = format!("a document must be an object, got {}", value.kind_name());
            invalid(lunora_core::value::ValueError::new(message))
        })
}
