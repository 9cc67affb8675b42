//! What a read set takes in memory, and a smaller one that stands for it.

use std::collections::BTreeMap;

use lunora_core::id::DocumentId;

use super::{keys, reads::SealedReads};
use crate::store::{Key, KeyRange};

/// What a point takes that is subscribed to, in bytes: its place in the read set and one in a tree, of which about a
/// third is free.
const POINT_BYTES: usize = 72;
/// The same of a range, beside its keys.
const RANGE_BYTES: usize = 192;
/// Keys of an outline are cut to so many bytes.
const OUTLINE_KEY_BYTES: usize = 64;

impl SealedReads {
    /// The memory that it takes with a subscription to it, in bytes, about.
    pub fn bytes(&self) -> usize {
        let keys = |range: &KeyRange| range.start.len() + range.end.as_ref().map_or(0, |end| end.len());
        let ranges = self.ranges().iter().map(|range| RANGE_BYTES + keys(range));
        self.points().len() * POINT_BYTES + ranges.sum::<usize>()
    }

    /// A small read set with all of this in it: from the first to the last key that was read, of each table and each
    /// index. Who subscribes to that hears of everything that this one would, and of more.
    #[must_use]
    pub fn outline(&self) -> Self {
        let mut areas = BTreeMap::new();
        for part in of_tables(self).chain(self.ranges().iter().map(cut)) {
            let area = keys::area(&part.start).to_vec();
            let whole = areas.entry(area).or_insert_with(|| part.clone());
            widen(whole, part);
        }
        Self::of_ranges(areas.into_values().collect())
    }
}

/// The documents of each table, from the first to the last.
fn of_tables(reads: &SealedReads) -> impl Iterator<Item = KeyRange> {
    let tables = reads.points().chunk_by(|left, right| left.table == right.table);
    let range = |documents: &[DocumentId]| {
        let (first, last) = (documents.first()?, documents.last()?);
        Some(KeyRange {
            start: Key::from(&keys::document_key(*first)),
            end: Some(keys::above(&keys::document_key(*last))),
        })
    };
    tables.filter_map(range)
}

/// A range with short keys around `range`.
fn cut(range: &KeyRange) -> KeyRange {
    let start = &range.start[..range.start.len().min(OUTLINE_KEY_BYTES)];
    let end = range.end.as_ref();
    KeyRange {
        start: Key::from(start),
        end: end.and_then(|end| match end.get(..OUTLINE_KEY_BYTES) {
            Some(cut) => keys::above_prefix(cut),
            None => Some(end.clone()),
        }),
    }
}

fn widen(whole: &mut KeyRange, part: KeyRange) {
    if part.start < whole.start {
        whole.start = part.start;
    }
    // No end is the farthest one.
    whole.end = whole
        .end
        .take()
        .zip(part.end)
        .map(|(left, right)| left.max(right));
}
