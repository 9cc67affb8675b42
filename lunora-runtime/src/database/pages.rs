//! Pages of a query (the protocol of the Convex clients).
//!
//! A page covers the keys between two places, the first excluded and the last included. A place is the key of the last
//! row that was *read*, so it holds when rows come and go, and when a filter withholds them.

use lunora_core::{
    error::{Error, Result},
    id::TableTag,
    pagination::{Page, PageStatus, PaginationOptions},
    table::IndexBounds,
};
use std::sync::Arc;

use super::{
    bounds::{self, Order, Source},
    cursor::Place,
    document::StoredDocument,
    error::{Float, PaginationError},
    overlay::beyond,
    scan::Scan,
    transaction::Transaction,
};
use crate::store::{Direction, Key, KeyRange};

/// Where the page of a run ended: what keeps its boundary when the run is repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageEnd {
    /// Its `continueCursor`.
    pub cursor: String,
}

/// A page that is being read.
#[derive(Debug)]
pub(super) struct PageRun {
    scan: Scan,
    scope: Vec<u8>,
    /// Rows wanted; unlimited when the end is settled.
    wanted: usize,
    /// The end that is settled, and the cursor that says so.
    end: Option<(Place, String)>,
    budget: Budget,
    /// Keys of the rows read so far, for a page that may have to be cut.
    places: Vec<Key>,
    exhausted: bool,
}

/// What one page may read.
#[derive(Debug)]
struct Budget {
    rows: f64,
    bytes: f64,
    bytes_before: u64,
}

impl Transaction {
    /// Starts the page that `options` asks for. A function can run one.
    pub(super) fn page(
        &mut self,
        table: TableTag,
        bounds: Option<&IndexBounds>,
        order: Order,
        options: &PaginationOptions,
    ) -> Result<PageRun> {
        self.check_time()?;
        if self.paginated {
            return Err(PaginationError::Second.into());
        }
        self.paginated = true;
        let table = self.table(table)?;
        let (source, range) = bounds::resolve(&table, bounds)?;
        let scope = scope(&self.options.binding, table.schema.name, &source, &range, order);
        let place = |cursor: &Option<String>| -> Result<Option<Place>> {
            cursor
                .as_deref()
                .map(|cursor| self.cursor_key.open(cursor, &scope))
                .transpose()
        };
        let range = after(range, place(&options.cursor)?, order.into());
        let end = place(&options.end_cursor)?.zip(options.end_cursor.clone());
        let range = up_to(range, end.as_ref().map(|(place, _)| place), order.into());
        Ok(PageRun {
            wanted: if end.is_some() {
                usize::MAX
            } else {
                page_size(options.num_items)?
            },
            scan: self.scan_keys(table, source, range, order),
            scope,
            end,
            budget: Budget::new(options, self.meter.bytes_read()),
            places: Vec::new(),
            exhausted: false,
        })
    }
}

impl PageRun {
    /// The next row, as long as a page that has `rows` of them wants more.
    pub(super) fn next(
        &mut self,
        transaction: &mut Transaction,
        rows: usize,
    ) -> Result<Option<Arc<StoredDocument>>> {
        if rows >= self.wanted
            || self
                .budget
                .is_spent(self.places.len(), transaction.meter.bytes_read())
        {
            return Ok(None);
        }
        let document = self.scan.next(transaction)?;
        match self.scan.position() {
            Some(position) if document.is_some() => self.places.push(position.clone()),
            _ => self.exhausted = true,
        }
        Ok(document)
    }

    /// The page of these rows.
    pub(super) fn finish<T>(self, transaction: &mut Transaction, rows: Vec<T>) -> Result<Page<T>> {
        let key = transaction.cursor_key.clone();
        let cursor = |place: Option<&Key>| {
            key.seal(
                &place.map_or(Place::End, |place| Place::After(place.clone())),
                &self.scope,
            )
        };
        let last = if self.exhausted { None } else { self.places.last() };
        let mut page = match &self.end {
            None => Page::new(rows, last.is_none(), cursor(last)?),
            Some((place, text)) => Page::new(rows, *place == Place::End, text.clone()),
        };
        if self.end.is_some() {
            (page.page_status, page.split_cursor) = match last {
                Some(last) => (Some(PageStatus::SplitRequired), Some(cursor(Some(last))?)),
                None => (None, self.middle().map(|place| cursor(Some(place))).transpose()?),
            };
        }
        transaction.page_end = Some(PageEnd {
            cursor: page.continue_cursor.clone(),
        });
        Ok(page)
    }

    fn middle(&self) -> Option<&Key> {
        let half = self.places.len() / 2;
        self.places.get(half.checked_sub(1)?)
    }
}

impl Budget {
    fn new(options: &PaginationOptions, bytes_before: u64) -> Self {
        let or_all = |limit: Option<f64>| limit.unwrap_or(f64::INFINITY);
        Self {
            rows: or_all(options.maximum_rows_read),
            bytes: or_all(options.maximum_bytes_read),
            bytes_before,
        }
    }

    /// At least one row is read, or a page could be empty without being the last.
    #[allow(
        clippy::cast_precision_loss,
        reason = "rows and bytes of one page are far below 2^53"
    )]
    fn is_spent(&self, rows: usize, bytes_read: u64) -> bool {
        let bytes = bytes_read - self.bytes_before;
        rows > 0 && (rows as f64 >= self.rows || bytes as f64 >= self.bytes)
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number from 1 on"
)]
fn page_size(num_items: f64) -> Result<usize, Error> {
    if num_items.fract() == 0.0 && num_items >= 1.0 {
        Ok(num_items as usize)
    } else {
        Err(PaginationError::Size(Float(num_items)).into())
    }
}

/// What a cursor is bound to: the function and its other arguments, the keys it ranges over, and the order.
fn scope(binding: &[u8; 32], table: &str, source: &Source, range: &KeyRange, order: Order) -> Vec<u8> {
    let index = match source {
        Source::Documents => u32::MAX,
        Source::Index(index) => index.number,
    };
    let mut scope = binding.to_vec();
    scope.extend_from_slice(&index.to_be_bytes());
    scope.push(u8::from(order == Order::Desc));
    for part in [
        table.as_bytes(),
        &*range.start,
        range.end.as_deref().unwrap_or_default(),
    ] {
        scope.extend_from_slice(&(part.len() as u64).to_be_bytes());
        scope.extend_from_slice(part);
    }
    scope
}

/// What lies behind `place`.
fn after(range: KeyRange, place: Option<Place>, direction: Direction) -> KeyRange {
    match place {
        None => range,
        Some(Place::End) => nothing(&range),
        Some(Place::After(key)) => beyond(&range, &key, direction),
    }
}

/// What lies before `place` and at it.
fn up_to(range: KeyRange, place: Option<&Place>, direction: Direction) -> KeyRange {
    let Some(Place::After(key)) = place else {
        return range;
    };
    let upto = match direction {
        Direction::Ascending => KeyRange {
            start: range.start.clone(),
            end: Some(super::keys::above(key)),
        },
        Direction::Descending => KeyRange {
            start: key.clone(),
            end: range.end.clone(),
        },
    };
    if upto.is_empty() { nothing(&range) } else { upto }
}

fn nothing(range: &KeyRange) -> KeyRange {
    KeyRange {
        start: range.start.clone(),
        end: Some(range.start.clone()),
    }
}
