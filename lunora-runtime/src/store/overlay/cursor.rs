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

#[cfg(test)]
mod tests {
    use super::super::super::commit::Commit;
    use super::*;

    /// Keys at which a batch ends are among these.
    const KEYS: [u16; 8] = [0, 1, 2, 3, 18, 19, 146, 300];

    fn key(number: u16) -> Key {
        number.to_be_bytes().into()
    }

    fn commit(layer: &Layer, ts: u64, numbers: impl Iterator<Item = u16>) {
        let writes = numbers
            .map(|number| (key(number), Some(Key::from(&ts.to_be_bytes()))))
            .collect();
        let ts = Timestamp(ts);
        layer.insert(&Commit { ts, writes });
    }

    #[test]
    fn it_passes_every_key_of_its_range_once_whatever_is_added_meanwhile() {
        for count in KEYS {
            for (start, end) in [
                (0, None),
                (0, Some(count)),
                (count / 2, Some(count)),
                (7, Some(7)),
            ] {
                for direction in [Direction::Ascending, Direction::Descending] {
                    let layer = Layer::default();
                    // Every second number, so that others can come in between.
                    commit(&layer, 1, (0..count).map(|number| 2 * number));
                    let range = KeyRange {
                        start: key(2 * start),
                        end: end.map(|end| key(2 * end)),
                    };
                    let mut expected: Vec<_> = (start..end.unwrap_or(count).min(count))
                        .map(|number| key(2 * number))
                        .collect();
                    if direction == Direction::Descending {
                        expected.reverse();
                    }
                    let cursor = Cursor::new(&layer, Timestamp(1), range, direction);
                    let mut passed = Vec::new();
                    for (key, written) in cursor {
                        passed.push(key);
                        assert_eq!(written.as_deref(), Some(&1_u64.to_be_bytes()[..]));
                        // Before the cursor and behind it, new keys and new versions.
                        let ts = 2 + passed.len() as u64;
                        if ts % 8 < 2 {
                            let odd = u16::from(ts % 8 == 1);
                            commit(&layer, ts, (0..count).map(|number| 2 * number + odd));
                        }
                    }
                    assert_eq!(passed, expected, "{count} {start} {end:?} {direction:?}");
                }
            }
        }
    }
}
