//! The rows of a query one by one.

use std::sync::Arc;

use lunora_core::{
    error::Result,
    id::TableTag,
    table::{Doc, IndexBounds},
};

use super::{BoxFuture, SharedTransaction, query::Filter, shared::Rows};
use crate::database::{bounds::Order, document::StoredDocument, scan::Scan, transaction::Transaction};

/// Rows that are read when they are asked for; what was not asked for was not read.
///
/// ```
/// # use lunora_core::{error::Result, table::Table};
/// # use lunora_runtime::database::Reader;
/// async fn first_two<T: Table>(db: Reader<'_>) -> Result<()> {
///     let mut rows = db.query::<T>().stream();
///     let first = rows.next().await?;
///     let second = rows.next().await?;
///     Ok(())
/// }
/// ```
pub struct DocumentStream<'a, T> {
    transaction: &'a SharedTransaction,
    rows: Rows<T>,
    filter: Filter<'a, T>,
    state: State,
}

enum State {
    /// What to scan, once somebody asks.
    Planned(Result<Option<IndexBounds>>, Order),
    Running(Scan),
    Ended,
}

impl<'a, T: Send + 'static> DocumentStream<'a, T> {
    pub(super) fn new(
        transaction: &'a SharedTransaction,
        rows: Rows<T>,
        bounds: Result<Option<IndexBounds>>,
        order: Order,
        filter: Filter<'a, T>,
    ) -> Self {
        Self {
            transaction,
            rows,
            filter,
            state: State::Planned(bounds, order),
        }
    }

    /// The next row; `None` after the last.
    #[allow(clippy::should_implement_trait, reason = "a future, so no iterator's `next`")]
    pub fn next(&mut self) -> BoxFuture<'_, Result<Option<Doc<T>>>> {
        Box::pin(async move { self.advance() })
    }

    pub(super) fn advance(&mut self) -> Result<Option<Doc<T>>> {
        while let Some(document) = self.step()? {
            // Outside the lock, since the filter is the user's.
            let document = (self.rows.read)(&document)?;
            if self.filter.accepts(&document) {
                return Ok(Some(document));
            }
        }
        Ok(None)
    }

    fn step(&mut self) -> Result<Option<Arc<StoredDocument>>> {
        let (state, table) = (&mut self.state, self.rows.table);
        let document = self
            .transaction
            .with(|transaction| match state.scan(table, transaction)? {
                Some(scan) => scan.next(transaction),
                None => Ok(None),
            });
        if !matches!(document, Ok(Some(_))) {
            *state = State::Ended;
        }
        document
    }
}

impl State {
    fn scan(&mut self, table: &str, transaction: &mut Transaction) -> Result<Option<&mut Scan>> {
        if let Self::Planned(bounds, order) = self {
            let (bounds, order) = (std::mem::replace(bounds, Ok(None))?, *order);
            *self = Self::Running(transaction.scan(TableTag::of(table), bounds.as_ref(), order)?);
        }
        Ok(if let Self::Running(scan) = self {
            Some(scan)
        } else {
            None
        })
    }
}

impl<T> std::fmt::Debug for DocumentStream<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DocumentStream")
            .field("table", &self.rows.table)
            .finish_non_exhaustive()
    }
}
