//! A scan through one layer as of one timestamp.

use super::super::commit::Key;
use super::super::range::{Direction, KeyRange};
use super::super::timestamp::Timestamp;
use super::layer::{Layer, Stored, Written};
use super::version::Place;

/// So many versions of one key are walked over one by one; a key with more (a hot one) is jumped over by a search.
const NEAR: usize = 8;

/// Walks the keys of a layer in one direction and gives each key's version as of `at`, deletions included.
pub(crate) struct Cursor<'a> {
    layer: &'a Layer,
    at: Timestamp,
    range: KeyRange,
    direction: Direction,
    /// The first version, in the direction of the walk, of the next key to look at.
    next: Option<Stored<'a>>,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(layer: &'a Layer, at: Timestamp, range: KeyRange, direction: Direction) -> Self {
        let next = match (direction, &range.end) {
            (Direction::Ascending, _) => layer.at_or_behind(Place::before(&range.start)),
            (Direction::Descending, Some(end)) => layer.ahead_of(Place::before(end)),
            (Direction::Descending, None) => layer.back(),
        };
        Self {
            layer,
            at,
            range,
            direction,
            next,
        }
    }

    /// Oldest versions come last, so the first one at or below `at` is the one.
    fn ascend(&self, first: Stored<'a>) -> (Option<Written>, Option<Stored<'a>>) {
        let key = first.key().key.clone();
        let mut found = None;
        let mut next = Some(first);
        for _ in 0..NEAR {
            let Some(entry) = next.take_if(|entry| entry.key().key == key) else {
                return (found, next);
            };
            if found.is_none() && entry.key().ts.0 <= self.at {
                found = Some(entry.value().clone());
            }
            next = entry.next();
        }
        (
            found.or_else(|| self.layer.get(&key, self.at)),
            self.layer.at_or_behind(Place::behind(&key)),
        )
    }

    /// Newest versions come last, so the last one at or below `at` is the one.
    fn descend(&self, first: Stored<'a>) -> (Option<Written>, Option<Stored<'a>>) {
        let key = first.key().key.clone();
        let mut found = None;
        let mut next = Some(first);
        for _ in 0..NEAR {
            let Some(entry) = next.take_if(|entry| entry.key().key == key) else {
                return (found, next);
            };
            if entry.key().ts.0 <= self.at {
                found = Some(entry.value().clone());
            }
            next = entry.prev();
        }
        (
            self.layer.get(&key, self.at),
            self.layer.ahead_of(Place::before(&key)),
        )
    }
}

impl Iterator for Cursor<'_> {
    type Item = (Key, Written);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let entry = self.next.take()?;
            let key = entry.key().key.clone();
            if !self.range.contains(&key) {
                return None;
            }
            let (found, next) = match self.direction {
                Direction::Ascending => self.ascend(entry),
                Direction::Descending => self.descend(entry),
            };
            self.next = next;
            if let Some(value) = found {
                return Some((key, value));
            }
        }
    }
}
