//! One layer of the overlay.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::super::commit::{Commit, Key};
use super::super::range::{Direction, KeyRange};
use super::super::timestamp::Timestamp;
use super::chain::{Chain, Written};
use super::cursor::Cursor;
use super::order::Order;
use super::points::Points;

/// Roughly what a version costs beside its payload: the counters of the payload, and its place in the chain where that does
/// not lie within.
const VERSION_BYTES: usize = 40;

/// What a commit takes in the log beside its writes.
const COMMIT_BYTES: usize = 64;

/// Roughly what a key costs: its places in both maps, of which a third is empty, and the chain with two versions.
const KEY_BYTES: usize = 224;

/// The versions written while this was the active layer, by key and in the order of keys.
#[derive(Default)]
pub(crate) struct Layer {
    order: Order,
    points: Points,
    bytes: AtomicUsize,
    logged: AtomicUsize,
    /// Its commits are newer than this.
    above: Timestamp,
    /// Nobody reads it in its own time before this.
    kept_from: AtomicU64,
    last: AtomicU64,
}

impl Layer {
    /// A layer for commits that are newer than `ts`.
    pub(crate) fn above(ts: Timestamp) -> Self {
        Self {
            above: ts,
            ..Self::default()
        }
    }

    /// Adds a commit; returns what its versions take. One caller at a time, in the order of timestamps.
    pub(crate) fn insert(&self, commit: &Commit) -> usize {
        let logged = COMMIT_BYTES + commit.bytes();
        let (mut versions, mut keys, mut freed) = (0, 0, 0);
        let kept_from = self.kept_from();
        for (key, written) in &commit.writes {
            let push = |chain: &Chain| chain.push(commit.ts, written.clone(), kept_from);
            versions += VERSION_BYTES + written.as_ref().map_or(0, |value| value.len());
            match self.points.with(key, push) {
                Some((given_up, values)) => freed += given_up * VERSION_BYTES + values,
                None => {
                    self.insert_key(key.clone(), commit.ts, written.clone());
                    keys += KEY_BYTES + key.len();
                }
            }
        }
        self.bytes.fetch_add(versions + keys, Ordering::Relaxed);
        self.bytes.fetch_sub(freed, Ordering::Relaxed);
        self.logged.fetch_add(logged, Ordering::Relaxed);
        self.last.store(commit.ts.0, Ordering::Release);
        versions
    }

    fn insert_key(&self, key: Key, ts: Timestamp, written: Written) {
        let chain = Arc::<Chain>::default();
        chain.push(ts, written, Timestamp::ZERO);
        self.order.insert(key.clone(), Arc::clone(&chain));
        self.points.insert(key, chain);
    }

    /// The newest version of `key` at or below `at`: nothing known, deleted, or a value.
    pub(crate) fn get(&self, key: &[u8], at: Timestamp) -> Option<Written> {
        self.points.with(key, |chain| chain.at(at)).flatten()
    }

    /// The newest version of every key, in the order of keys.
    pub(crate) fn newest(&self) -> impl Iterator<Item = (Key, Written)> + '_ {
        Cursor::new(self, Timestamp::MAX, KeyRange::all(), Direction::Ascending)
    }

    /// Whether there is nothing to read in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Whether no commit was added, not even one without writes: those move the checkpoint, and with it the
    /// log.
    pub(crate) fn is_unused(&self) -> bool {
        self.last() == Timestamp::ZERO
    }

    /// Memory used, roughly.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// What its commits take in the log, roughly.
    pub(crate) fn logged(&self) -> usize {
        self.logged.load(Ordering::Relaxed)
    }

    /// From now on, commits replace versions that only a reader before `ts` could ask for. The caller sees to it that
    /// there is none, and that none comes: see [`Self::reads`].
    pub(crate) fn keep_from(&self, ts: Timestamp) {
        self.kept_from.fetch_max(ts.0, Ordering::AcqRel);
    }

    /// From when on every timestamp can be read.
    pub(crate) fn kept_from(&self) -> Timestamp {
        Timestamp(self.kept_from.load(Ordering::Acquire))
    }

    /// Whether `ts` can be read: nothing that it needs was replaced, or it is older than all that is here.
    pub(crate) fn reads(&self, ts: Timestamp) -> bool {
        ts >= self.kept_from() || !self.is_seen_at(ts)
    }

    /// Whether a reader at `ts` may find anything here.
    pub(crate) fn is_seen_at(&self, ts: Timestamp) -> bool {
        ts > self.above
    }

    /// The newest commit in it; zero while it is empty.
    pub(crate) fn last(&self) -> Timestamp {
        Timestamp(self.last.load(Ordering::Acquire))
    }

    pub(super) const fn order(&self) -> &Order {
        &self.order
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
