//! Reads.

use std::sync::Arc;

use lunora_core::{
    error::Result,
    id::{DocumentId, Id},
    table::{Doc, Table},
};

use super::{
    BoxFuture, QueryBuilder, SharedTransaction,
    shared::{Rows, typed},
};
use crate::database::document::StoredDocument;

/// Reads from a transaction: `ctx.db()` of a query.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    pub(super) transaction: &'a SharedTransaction,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(transaction: &'a SharedTransaction) -> Self {
        Self { transaction }
    }

    /// The document with this id, if there is one.
    pub fn get<T: Table>(&self, id: Id<T>) -> BoxFuture<'a, Result<Option<Doc<T>>>> {
        let transaction = self.transaction;
        Box::pin(async move {
            let document = transaction.with(|transaction| transaction.get(id.untyped()))?;
            document.map(|document| typed(&document)).transpose()
        })
    }

    /// The documents with these ids, in their order; `None` where there is none.
    pub fn get_many<T: Table>(
        &self,
        ids: impl IntoIterator<Item = Id<T>>,
    ) -> BoxFuture<'a, Result<Vec<Option<Doc<T>>>>> {
        let transaction = self.transaction;
        let ids: Vec<DocumentId> = ids.into_iter().map(Id::untyped).collect();
        Box::pin(async move {
            let documents = transaction.with(|transaction| transaction.get_many(&ids))?;
            let typed =
                |document: Option<Arc<StoredDocument>>| document.map(|document| typed(&document)).transpose();
            documents.into_iter().map(typed).collect()
        })
    }

    /// Starts a query: over the whole table by creation time, unless it is given an index.
    pub fn query<T: Table>(&self) -> QueryBuilder<'a, T> {
        QueryBuilder::new(self.transaction, Rows::new())
    }
}
