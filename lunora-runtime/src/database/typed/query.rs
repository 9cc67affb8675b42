//! Queries.

use lunora_core::{
    error::Result,
    id::TableTag,
    pagination::{Page, PaginationOptions},
    table::{Doc, IndexBounds, IndexRange},
};

use super::{BoxFuture, DocumentStream, SharedTransaction, shared::Rows};
use crate::database::{bounds::Order, error::NotUnique};

/// A query being built. Nothing is read before one of its last methods is awaited.
#[must_use = "a query does nothing until one of `first`, `unique`, `take`, `collect`, `count` or `paginate` is awaited"]
pub struct QueryBuilder<'a, T> {
    transaction: &'a SharedTransaction,
    rows: Rows<T>,
    bounds: Result<Option<IndexBounds>>,
    order: Order,
    filter: Filter<'a, T>,
}

/// Conditions that are the user's own code.
pub(super) struct Filter<'a, T>(Vec<Condition<'a, T>>);
type Condition<'a, T> = Box<dyn FnMut(&Doc<T>) -> bool + Send + 'a>;

impl<T> Filter<'_, T> {
    pub(super) fn accepts(&mut self, document: &Doc<T>) -> bool {
        self.0.iter_mut().all(|condition| condition(document))
    }
}

impl<'a, T: Send + 'static> QueryBuilder<'a, T> {
    pub(super) fn new(transaction: &'a SharedTransaction, rows: Rows<T>) -> Self {
        Self {
            transaction,
            rows,
            bounds: Ok(None),
            order: Order::Asc,
            filter: Filter(Vec::new()),
        }
    }

    /// Reads a range of an index: `Customer::by_stripe_id().eq(&id)`. Rows come in its order.
    pub fn with_index(self, range: impl IndexRange<T>) -> Self {
        Self {
            bounds: range.into_bounds().map(Some).map_err(Into::into),
            ..self
        }
    }

    /// The order of the rows.
    pub fn order(self, order: Order) -> Self {
        Self { order, ..self }
    }

    /// Keeps the rows for which `condition` holds. The others are read all the same, and count against limits.
    pub fn filter(mut self, condition: impl FnMut(&Doc<T>) -> bool + Send + 'a) -> Self {
        self.filter.0.push(Box::new(condition));
        self
    }

    /// The first row.
    pub fn first(self) -> BoxFuture<'a, Result<Option<Doc<T>>>> {
        Box::pin(async move { self.stream().advance() })
    }

    /// The only row; an error ([`NotUnique`]) when there are several.
    pub fn unique(self) -> BoxFuture<'a, Result<Option<Doc<T>>>> {
        Box::pin(async move {
            let (table, mut rows) = (self.rows.table, self.stream());
            let only = rows.advance()?;
            match only {
                Some(_) if rows.advance()?.is_some() => Err(NotUnique { table }.into()),
                only => Ok(only),
            }
        })
    }

    /// The first `n` rows.
    pub fn take(self, n: usize) -> BoxFuture<'a, Result<Vec<Doc<T>>>> {
        Box::pin(async move { rows(&mut self.stream(), n) })
    }

    /// All rows.
    pub fn collect(self) -> BoxFuture<'a, Result<Vec<Doc<T>>>> {
        Box::pin(async move { rows(&mut self.stream(), usize::MAX) })
    }

    /// How many rows there are. Without a filter no document is looked at.
    pub fn count(self) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async move {
            if self.filter.0.is_empty() {
                let bounds = self.bounds?;
                let table = TableTag::of(self.rows.table);
                return self
                    .transaction
                    .with(|transaction| transaction.count(table, bounds.as_ref()));
            }
            let (mut rows, mut count) = (self.stream(), 0);
            while rows.advance()?.is_some() {
                count += 1;
            }
            Ok(count)
        })
    }

    /// The rows one by one.
    pub fn stream(self) -> DocumentStream<'a, T> {
        DocumentStream::new(self.transaction, self.rows, self.bounds, self.order, self.filter)
    }

    /// The page that `options` asks for. A function can run one paginated query.
    pub fn paginate(self, options: PaginationOptions) -> BoxFuture<'a, Result<Page<Doc<T>>>> {
        Box::pin(async move { self.page(&options) })
    }

    fn page(mut self, options: &PaginationOptions) -> Result<Page<Doc<T>>> {
        let (transaction, bounds) = (self.transaction, self.bounds?);
        let table = TableTag::of(self.rows.table);
        let mut run =
            transaction.with(|transaction| transaction.page(table, bounds.as_ref(), self.order, options))?;
        let mut rows = Vec::new();
        while let Some(document) = transaction.with(|transaction| run.next(transaction, rows.len()))? {
            let document = (self.rows.read)(&document)?;
            if self.filter.accepts(&document) {
                rows.push(document);
            }
        }
        transaction.with(|transaction| run.finish(transaction, rows))
    }
}

fn rows<T: Send + 'static>(stream: &mut DocumentStream<'_, T>, n: usize) -> Result<Vec<Doc<T>>> {
    let mut rows = Vec::new();
    while rows.len() < n
        && let Some(row) = stream.advance()?
    {
        rows.push(row);
    }
    Ok(rows)
}

impl<T> std::fmt::Debug for QueryBuilder<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueryBuilder")
            .field("table", &self.rows.table)
            .field("bounds", &self.bounds)
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}
