//! A range of keys as a transaction sees it: the snapshot's, with its own writes above them.

use std::collections::VecDeque;

use lunora_core::error::Result;

use super::{keys, reads::RangeRead, transaction::Transaction};
use crate::store::{Direction, Key, KeyRange, Payload, StoreError};

/// Pairs are fetched in batches that grow from the first size to the second: who wants the first row needs one pair, and
/// a scan of a table should not seek for each.
const BATCHES: (usize, usize) = (2, 256);

/// A scan in progress. It borrows nothing, so that the transaction can write and other scans can run meanwhile.
///
/// What is fetched ahead is not a read: only what [`Overlay::next`] has passed is.
#[derive(Debug)]
pub(super) struct Overlay {
    /// Where the read set keeps the range.
    read: RangeRead,
    direction: Direction,
    /// Pairs of the snapshot that lie ahead.
    ahead: VecDeque<(Key, Payload)>,
    fetched: Fetched,
    batch: usize,
    /// The last key that was passed.
    position: Option<Key>,
    exhausted: bool,
}

/// How much of the snapshot has been fetched.
#[derive(Debug, Clone)]
enum Fetched {
    Nothing,
    /// Up to and including this key.
    UpTo(Key),
    All,
}

impl Overlay {
    pub(super) fn new(transaction: &mut Transaction, range: KeyRange, direction: Direction) -> Self {
        Self {
            fetched: if range.is_empty() {
                Fetched::All
            } else {
                Fetched::Nothing
            },
            read: transaction.reads.scan(range, direction),
            direction,
            ahead: VecDeque::new(),
            batch: BATCHES.0,
            position: None,
            exhausted: false,
        }
    }

    /// The next pair that the transaction sees.
    pub(super) fn next(&mut self, transaction: &mut Transaction) -> Result<Option<(Key, Payload)>> {
        while let Some((key, payload)) = self.step(transaction)? {
            transaction.reads.reached(self.read, key.clone());
            self.position = Some(key.clone());
            if let Some(payload) = payload {
                return Ok(Some((key, payload)));
            }
        }
        self.exhausted = true;
        transaction.reads.exhausted(self.read);
        Ok(None)
    }

    /// The last key that was passed.
    pub(super) const fn position(&self) -> Option<&Key> {
        self.position.as_ref()
    }

    /// The next key of either side; without a payload it is one that the transaction deleted.
    fn step(&mut self, transaction: &Transaction) -> Result<Option<(Key, Option<Payload>)>, StoreError> {
        if self.exhausted {
            return Ok(None);
        }
        self.fetch(transaction)?;
        let own = transaction.writes.next(
            transaction.reads.range(self.read),
            self.position.as_ref(),
            self.direction,
        );
        let Some((own, write)) = own else {
            return Ok(self.pop());
        };
        if let Some((stored, _)) = self.ahead.front() {
            if self.comes_before(stored, own) {
                return Ok(self.pop());
            }
            if stored == own {
                self.ahead.pop_front();
            }
        }
        Ok(Some((own.clone(), write.clone())))
    }

    fn pop(&mut self) -> Option<(Key, Option<Payload>)> {
        self.ahead.pop_front().map(|(key, payload)| (key, Some(payload)))
    }

    fn comes_before(&self, left: &Key, right: &Key) -> bool {
        match self.direction {
            Direction::Ascending => left < right,
            Direction::Descending => left > right,
        }
    }

    fn fetch(&mut self, transaction: &Transaction) -> Result<(), StoreError> {
        if !self.ahead.is_empty() {
            return Ok(());
        }
        let range = transaction.reads.range(self.read);
        let rest = match &self.fetched {
            Fetched::All => return Ok(()),
            Fetched::Nothing => range.clone(),
            Fetched::UpTo(key) => beyond(range, key, self.direction),
        };
        let pairs = transaction.snapshot.range(rest, self.direction);
        for pair in pairs.take(self.batch) {
            self.ahead.push_back(pair?);
        }
        let last = self.ahead.back().filter(|_| self.ahead.len() == self.batch);
        self.fetched = last.map_or(Fetched::All, |(key, _)| Fetched::UpTo(key.clone()));
        self.batch = (self.batch * 4).min(BATCHES.1);
        Ok(())
    }
}

/// The rest of `range` after a scan has passed `key`.
pub(super) fn beyond(range: &KeyRange, key: &Key, direction: Direction) -> KeyRange {
    match direction {
        Direction::Ascending => KeyRange {
            start: keys::above(key),
            end: range.end.clone(),
        },
        Direction::Descending => KeyRange {
            start: range.start.clone(),
            end: Some(key.clone()),
        },
    }
}
