//! What a transaction has read, exactly.
//!
//! Documents are points, scans are ranges of keys that end where the scan stopped, and a value that was looked up in a
//! unique index is the range of the keys that begin with it. A commit conflicts with a
//! transaction when it wrote a key of one of them; since a range stands for keys that are not there as well, this is
//! what keeps phantoms out.

use lunora_core::id::DocumentId;
use smallvec::SmallVec;

use super::keys;
use crate::store::{Changes, Direction, Key, KeyRange};

/// The points and ranges that a transaction has read so far.
#[derive(Debug, Clone, Default)]
pub struct ReadSet {
    points: SmallVec<[DocumentId; 4]>,
    /// What the entries of unique indexes that were looked up begin with.
    values: SmallVec<[Key; 2]>,
    ranges: Vec<ScannedRange>,
}

#[derive(Debug, Clone)]
struct ScannedRange {
    range: KeyRange,
    direction: Direction,
    reached: Reached,
}

/// How far a scan got.
#[derive(Debug, Clone)]
enum Reached {
    Nothing,
    /// Up to and including this key.
    Key(Key),
    End,
}

/// Names a scan in its read set.
#[derive(Debug, Clone, Copy)]
pub(super) struct RangeRead(usize);

impl ReadSet {
    pub(super) fn point(&mut self, id: DocumentId) {
        self.points.push(id);
    }

    /// Everything that begins with `value` was read.
    pub(super) fn value(&mut self, value: Key) {
        self.values.push(value);
    }

    /// A scan that has not read anything yet.
    pub(super) fn scan(&mut self, range: KeyRange, direction: Direction) -> RangeRead {
        self.ranges.push(ScannedRange {
            range,
            direction,
            reached: Reached::Nothing,
        });
        RangeRead(self.ranges.len() - 1)
    }

    /// What the scan may see.
    pub(super) fn range(&self, scan: RangeRead) -> &KeyRange {
        &self.ranges[scan.0].range
    }

    /// The scan has seen everything up to and including `key`.
    pub(super) fn reached(&mut self, scan: RangeRead, key: Key) {
        self.ranges[scan.0].reached = Reached::Key(key);
    }

    /// The scan has seen its whole range.
    pub(super) fn exhausted(&mut self, scan: RangeRead) {
        self.ranges[scan.0].reached = Reached::End;
    }

    /// Whether there is so little in it that looking at all of it is cheaper than to seal it.
    pub(super) fn is_small(&self) -> bool {
        self.points.len() + self.values.len() + self.ranges.len() <= 16
    }

    /// Whether the commit wrote something of it. Looks at all of it.
    pub(super) fn conflicts_with(&self, changes: &Changes) -> bool {
        changes.keys().iter().any(|key| match keys::document_id(key) {
            Some(id) => self.points.contains(&id) || self.in_range(key),
            None => self.in_range(key),
        })
    }

    fn in_range(&self, key: &[u8]) -> bool {
        self.values.iter().any(|value| key.starts_with(value))
            || self.ranges.iter().any(|range| range.has_read(key))
    }

    /// Nothing was read.
    pub(super) fn is_empty(&self) -> bool {
        self.points.is_empty() && self.values.is_empty() && self.ranges.is_empty()
    }

    /// Sorted and merged, so that looking up a key takes logarithmic time.
    pub fn seal(&self) -> SealedReads {
        let mut points = self.points.to_vec();
        points.sort_unstable();
        points.dedup();
        let values = self.values.iter().map(|value| KeyRange::prefix(value));
        let scanned = self.ranges.iter().filter_map(ScannedRange::extent);
        SealedReads {
            points,
            ranges: merge(values.chain(scanned).collect()),
        }
    }
}

impl ScannedRange {
    fn has_read(&self, key: &[u8]) -> bool {
        let came_so_far = match (&self.reached, self.direction) {
            (Reached::Nothing, _) => false,
            (Reached::End, _) => true,
            (Reached::Key(reached), Direction::Ascending) => *key <= **reached,
            (Reached::Key(reached), Direction::Descending) => *key >= **reached,
        };
        came_so_far && self.range.contains(key)
    }

    fn extent(&self) -> Option<KeyRange> {
        let KeyRange { start, end } = self.range.clone();
        let extent = match (&self.reached, self.direction) {
            (Reached::Nothing, _) => return None,
            (Reached::End, _) => KeyRange { start, end },
            (Reached::Key(key), Direction::Ascending) => KeyRange {
                start,
                end: Some(keys::above(key)),
            },
            (Reached::Key(key), Direction::Descending) => KeyRange {
                start: key.clone(),
                end,
            },
        };
        (!extent.is_empty()).then_some(extent)
    }
}

fn merge(mut ranges: Vec<KeyRange>) -> Vec<KeyRange> {
    ranges.sort_unstable_by(|left, right| left.start.cmp(&right.start));
    ranges.dedup_by(|later, kept| {
        let touches = kept.end.as_ref().is_none_or(|end| later.start <= *end);
        if touches {
            // No end is the greatest one, but sorts below all keys.
            kept.end = kept
                .end
                .take()
                .zip(later.end.take())
                .map(|(left, right)| left.max(right));
        }
        touches
    });
    ranges
}

/// A read set that nothing is added to any more.
#[derive(Debug, Clone, Default)]
pub struct SealedReads {
    /// Sorted and unique.
    points: Vec<DocumentId>,
    /// Sorted, and no two touch.
    ranges: Vec<KeyRange>,
}

/// The reads of a run that read one key, for tests of other rooms.
#[cfg(test)]
pub(crate) fn reads_of(key: &[u8]) -> SealedReads {
    let mut reads = ReadSet::default();
    let scan = reads.scan(KeyRange::prefix(key), Direction::Ascending);
    reads.exhausted(scan);
    reads.seal()
}

impl SealedReads {
    /// Everything in these ranges.
    pub(super) fn of_ranges(ranges: Vec<KeyRange>) -> Self {
        Self {
            points: Vec::new(),
            ranges: merge(ranges),
        }
    }

    /// Whether this key was read, or would have been if it had been there.
    pub fn contains(&self, key: &[u8]) -> bool {
        let is_point = keys::document_id(key).is_some_and(|id| self.points.binary_search(&id).is_ok());
        is_point || self.in_range(key)
    }

    fn in_range(&self, key: &[u8]) -> bool {
        let after = self.ranges.partition_point(|range| *range.start <= *key);
        after > 0 && self.ranges[after - 1].contains(key)
    }

    /// Whether the commit wrote something of it.
    pub fn conflicts_with(&self, changes: &Changes) -> bool {
        changes.keys().iter().any(|key| self.contains(key))
    }

    /// Nothing was read.
    pub const fn is_empty(&self) -> bool {
        self.points.is_empty() && self.ranges.is_empty()
    }

    /// The documents that were read one by one, sorted.
    pub fn points(&self) -> &[DocumentId] {
        &self.points
    }

    /// The ranges of keys that were read, sorted; no two touch.
    pub fn ranges(&self) -> &[KeyRange] {
        &self.ranges
    }
}
