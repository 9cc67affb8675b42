//! One layer of the overlay.

use std::cmp::Reverse;
use std::fmt;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crossbeam_skiplist::SkipMap;
use crossbeam_skiplist::map::Entry;

use super::super::commit::{Commit, Key, Payload};
use super::super::timestamp::Timestamp;
use super::version::{Place, Placed, Version};

/// Roughly what a version costs beside its key and payload: the node, its tower and two `Bytes`.
const VERSION_BYTES: usize = 160;

/// A value, or none for a deletion.
pub(crate) type Written = Option<Payload>;

/// A version in its place.
pub(super) type Stored<'a> = Entry<'a, Version, Written>;

/// Every version written while this was the active layer. Readers never wait for the writer.
#[derive(Default)]
pub(crate) struct Layer {
    versions: SkipMap<Version, Written>,
    bytes: AtomicUsize,
    last: AtomicU64,
}

impl Layer {
    /// Adds a commit. One caller at a time, in the order of timestamps.
    pub(crate) fn insert(&self, commit: &Commit) {
        for (key, value) in &commit.writes {
            self.versions.insert(
                Version {
                    key: key.clone(),
                    ts: Reverse(commit.ts),
                },
                value.clone(),
            );
        }
        self.bytes.fetch_add(
            commit.bytes() + commit.writes.len() * VERSION_BYTES,
            Ordering::Relaxed,
        );
        self.last.store(commit.ts.0, Ordering::Release);
    }

    /// The newest version of `key` at or below `at`: nothing known, deleted, or a value.
    pub(crate) fn get(&self, key: &[u8], at: Timestamp) -> Option<Written> {
        let found = self.at_or_behind(Place { key, ts: at })?;
        (found.key().key == key).then(|| found.value().clone())
    }

    /// The newest version of every key, in the order of keys.
    pub(crate) fn newest(&self) -> impl Iterator<Item = (Key, Written)> + '_ {
        let mut previous: Option<Key> = None;
        self.versions.iter().filter_map(move |entry| {
            let key = &entry.key().key;
            if previous.as_ref() == Some(key) {
                return None;
            }
            previous = Some(key.clone());
            Some((key.clone(), entry.value().clone()))
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// Memory used, roughly.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The newest commit in it; zero while it is empty.
    pub(crate) fn last(&self) -> Timestamp {
        Timestamp(self.last.load(Ordering::Acquire))
    }

    pub(super) fn at_or_behind(&self, place: Place<'_>) -> Option<Stored<'_>> {
        self.versions.lower_bound(Bound::Included(&place as &dyn Placed))
    }

    pub(super) fn ahead_of(&self, place: Place<'_>) -> Option<Stored<'_>> {
        self.versions.upper_bound(Bound::Excluded(&place as &dyn Placed))
    }

    pub(super) fn back(&self) -> Option<Stored<'_>> {
        self.versions.back()
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer")
            .field("bytes", &self.bytes())
            .field("last", &self.last())
            .finish_non_exhaustive()
    }
}
