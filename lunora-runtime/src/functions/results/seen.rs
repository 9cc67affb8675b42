//! Which queries were asked for lately, when there is no room for the results of all.

use std::{
    hash::BuildHasher,
    sync::atomic::{AtomicU32, Ordering},
};

use super::key::QueryKey;
use crate::sync::RandomState;

/// One for each so many bytes of the cache: about as many queries are remembered as have a place.
const BYTES_EACH: usize = 1024;

/// Remembers queries for a while, about as many as the cache has results. Two of one slot push each other out, which
/// only means that one of them has to be asked for once more.
#[derive(Debug)]
pub(super) struct Seen {
    slots: Box<[AtomicU32]>,
    hasher: RandomState,
}

impl Seen {
    /// For a cache of `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        let slots = (limit / BYTES_EACH).clamp(64, 1 << 20).next_power_of_two();
        Self {
            slots: (0..slots).map(|_| AtomicU32::new(0)).collect(),
            hasher: RandomState::default(),
        }
    }

    /// Whether the query was asked for lately; from now on it was.
    pub(super) fn again(&self, key: &QueryKey) -> bool {
        let hash = self.hasher.hash_one(key);
        let slot = &self.slots[usize::try_from(hash >> 32).unwrap_or_default() & (self.slots.len() - 1)];
        // Never 0, which is an empty slot.
        let mark = u32::try_from(hash & 0xffff_ffff).unwrap_or_default() | 1;
        slot.swap(mark, Ordering::Relaxed) == mark
    }
}
