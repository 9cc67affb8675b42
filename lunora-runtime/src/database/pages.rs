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
    /// For [`Transaction::resume`], and for nothing else: it is sealed, and no cursor.
    pub journal: String,
}

/// A page that is being read.
#[derive(Debug)]
pub(super) struct PageRun {
    scan: Scan,
    scope: Scope,
    /// Rows wanted; unlimited when the end is settled.
    wanted: usize,
    /// The end that is settled, and the cursor that says so.
    end: Option<(Place, String)>,
    budget: Budget,
    /// Keys of the rows read so far, for a page that may have to be cut.
    places: Vec<Key>,
    exhausted: bool,
}

/// What the texts of one page are bound to.
#[derive(Debug)]
struct Scope {
    cursors: Vec<u8>,
    journal: Vec<u8>,
}

/// What one page may read.
#[derive(Debug)]
struct Budget {
    rows: f64,
    bytes: f64,
    bytes_before: u64,
}

impl Transaction {
    /// Lets the page of this run end where that of an earlier one did, whose [`PageEnd`] gave `journal`.
    pub fn resume(&mut self, journal: String) {
        self.journal = Some(journal);
    }

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
        let cursors = scope(&self.options.binding, table.schema.name, &source, &range, order);
        let scope = Scope::new(cursors, options.cursor.as_deref());
        let start = options.cursor.as_deref();
        let start = start
            .map(|cursor| self.cursor_key.open(cursor, &scope.cursors))
            .transpose()?;
        let end = self.settled_end(options, &scope)?;
        let range = after(range, start, order.into());
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

    /// The end that the client or else the journal has settled, and the cursor that says so.
    fn settled_end(&self, options: &PaginationOptions, scope: &Scope) -> Result<Option<(Place, String)>> {
        let key = &self.cursor_key;
        if let Some(cursor) = &options.end_cursor {
            return Ok(Some((key.open(cursor, &scope.cursors)?, cursor.clone())));
        }
        let Some(journal) = &self.journal else {
            return Ok(None);
        };
        let place = key.open(journal, &scope.journal)?;
        let cursor = key.seal(&place, &scope.cursors)?;
        Ok(Some((place, cursor)))
    }
}

impl Scope {
    /// A journal belongs to the page that began at `start`, and cannot be passed off as a cursor.
    fn new(cursors: Vec<u8>, start: Option<&str>) -> Self {
        let journal = [&*cursors, b"journal", start.unwrap_or_default().as_bytes()].concat();
        Self { cursors, journal }
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

    /// The page of these rows. At one timestamp, with its own journal or without, it is the same page.
    pub(super) fn finish<T>(self, transaction: &mut Transaction, rows: Vec<T>) -> Result<Page<T>> {
        let key = transaction.cursor_key.clone();
        let last = self.places.last().filter(|_| !self.exhausted);
        let reached = last.map_or(Place::End, |last| Place::After(last.clone()));
        let cursor = |place: &Place| key.seal(place, &self.scope.cursors);
        // Short of its end only if the budget was spent before.
        let cut = self
            .end
            .as_ref()
            .is_some_and(|(end, _)| !self.exhausted && reached != *end);
        let (end, text) = match self.end.clone() {
            Some(end) => end,
            None => (reached.clone(), cursor(&reached)?),
        };
        let mut page = Page::new(rows, end == Place::End, text);
        page.split_cursor = match self.middle() {
            _ if cut => Some(cursor(&reached)?),
            middle => middle.map(|place| cursor(&place)).transpose()?,
        };
        page.page_status = cut.then_some(PageStatus::SplitRequired);
        transaction.page_end = Some(PageEnd {
            journal: key.seal(&end, &self.scope.journal)?,
        });
        Ok(page)
    }

    fn middle(&self) -> Option<Place> {
        let half = self.places.len() / 2;
        self.places.get(half.checked_sub(1)?).cloned().map(Place::After)
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
