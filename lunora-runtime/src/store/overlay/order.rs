//! The keys of a layer in their order.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use parking_lot::RwLock;

use super::super::commit::Key;
use super::super::range::{Direction, KeyRange};
use super::chain::Chain;

/// A key with its versions.
pub(super) type Place = (Key, Arc<Chain>);

/// All keys of a layer, each with its versions.
///
/// A tree behind a lock, which nobody holds for longer than it takes to add a key or to copy a few. Measured with 150,000
/// keys, adding one takes half of the time that it takes in a skip list, where readers need no lock.
#[derive(Default)]
pub(super) struct Order(RwLock<BTreeMap<Key, Arc<Chain>>>);

impl Order {
    pub(super) fn insert(&self, key: Key, chain: Arc<Chain>) {
        self.0.write().insert(key, chain);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.read().is_empty()
    }

    /// The next keys of `range` after `position`, `count` at most.
    pub(super) fn after(
        &self,
        position: Option<&Key>,
        range: &KeyRange,
        direction: Direction,
        count: usize,
    ) -> Vec<Place> {
        if range.is_empty() {
            return Vec::new();
        }
        let start = Bound::Included(&*range.start);
        let end = range.end.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let beyond = position.map(|key| Bound::Excluded(&**key));
        let copy = |(key, chain): (&Key, &Arc<Chain>)| (key.clone(), Arc::clone(chain));
        let keys = self.0.read();
        match direction {
            Direction::Ascending => {
                let rest = keys.range::<[u8], _>((beyond.unwrap_or(start), end));
                rest.take(count).map(copy).collect()
            }
            Direction::Descending => {
                let rest = keys.range::<[u8], _>((start, beyond.unwrap_or(end)));
                rest.rev().take(count).map(copy).collect()
            }
        }
    }
}
