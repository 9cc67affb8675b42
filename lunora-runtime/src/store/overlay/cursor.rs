//! A scan through one layer as of one timestamp.

use std::vec;

use super::super::commit::Key;
use super::super::range::{Direction, KeyRange};
use super::super::timestamp::Timestamp;
use super::chain::Written;
use super::layer::Layer;
use super::order::Place;

/// Keys are taken from the layer in batches that grow from the first size to the second: who wants the first key waits
/// for few, and who wants them all does not search for each.
const BATCHES: (usize, usize) = (2, 128);

/// Walks the keys of a layer in one direction and gives each key's version as of `at`, deletions included.
pub(crate) struct Cursor<'a> {
    layer: &'a Layer,
    at: Timestamp,
    range: KeyRange,
    direction: Direction,
    /// Keys that lie ahead.
    ahead: vec::IntoIter<Place>,
    /// The last key that was taken from the layer.
    taken: Option<Key>,
    /// How many are taken next; none at the end of the range.
    batch: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(layer: &'a Layer, at: Timestamp, range: KeyRange, direction: Direction) -> Self {
        Self {
            layer,
            at,
            range,
            direction,
            ahead: Vec::new().into_iter(),
            taken: None,
            batch: BATCHES.0,
        }
    }

    /// The next key in the range.
    fn step(&mut self) -> Option<Place> {
        if self.ahead.len() == 0 && self.batch > 0 {
            self.take();
        }
        self.ahead.next()
    }

    fn take(&mut self) {
        let position = self.taken.as_ref();
        let keys = self
            .layer
            .order()
            .after(position, &self.range, self.direction, self.batch);
        let is_end = keys.len() < self.batch;
        self.batch = if is_end {
            0
        } else {
            (self.batch * 8).min(BATCHES.1)
        };
        self.taken = keys.last().map(|(key, _)| key.clone());
        self.ahead = keys.into_iter();
    }
}

impl Iterator for Cursor<'_> {
    type Item = (Key, Written);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((key, chain)) = self.step() {
            // None: first written after `at`.
            if let Some(written) = chain.at(self.at) {
                return Some((key, written));
            }
        }
        None
    }
}
