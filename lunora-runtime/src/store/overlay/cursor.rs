//! A scan through one layer as of one timestamp.

use super::super::commit::Key;
use super::super::range::{Direction, KeyRange};
use super::super::timestamp::Timestamp;
use super::chain::Written;
use super::layer::{Layer, Place};

/// Walks the keys of a layer in one direction and gives each key's version as of `at`, deletions included.
pub(crate) struct Cursor<'a> {
    at: Timestamp,
    range: KeyRange,
    direction: Direction,
    position: Position<'a>,
}

enum Position<'a> {
    Start(&'a Layer),
    /// The key that was looked at last.
    At(Place<'a>),
    End,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(layer: &'a Layer, at: Timestamp, range: KeyRange, direction: Direction) -> Self {
        Self {
            at,
            range,
            direction,
            position: Position::Start(layer),
        }
    }

    /// The next key in the layer, whether or not it is in the range.
    fn step(&self) -> Option<Place<'a>> {
        match (&self.position, self.direction) {
            (Position::Start(layer), Direction::Ascending) => layer.first_from(&self.range.start),
            (Position::Start(layer), Direction::Descending) => layer.last_below(self.range.end.as_deref()),
            (Position::At(place), Direction::Ascending) => place.next(),
            (Position::At(place), Direction::Descending) => place.prev(),
            (Position::End, _) => None,
        }
    }
}

impl Iterator for Cursor<'_> {
    type Item = (Key, Written);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(place) = self.step().filter(|place| self.range.contains(place.key())) {
            // None: first written after `at`.
            let found = place
                .value()
                .at(self.at)
                .map(|written| (place.key().clone(), written));
            self.position = Position::At(place);
            if found.is_some() {
                return found;
            }
        }
        self.position = Position::End;
        None
    }
}
