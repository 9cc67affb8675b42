//! What a transaction is going to write, with the way back to its savepoints.

use std::{collections::BTreeMap, ops::Bound};

use crate::store::{Direction, Key, KeyRange, Payload};

/// A key's new value; `None` deletes it.
pub(super) type Write = Option<Payload>;

/// The writes so far, ordered so that scans can see them.
#[derive(Debug, Default)]
pub(super) struct WriteSet {
    writes: BTreeMap<Key, Write>,
    /// What each write replaced, oldest first. Kept from the first savepoint on: most transactions have none.
    undo: Option<Vec<(Key, Option<Write>)>>,
}

impl WriteSet {
    pub(super) fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    pub(super) fn put(&mut self, key: Key, write: Write) {
        match &mut self.undo {
            None => {
                self.writes.insert(key, write);
            }
            Some(undo) => {
                let replaced = self.writes.insert(key.clone(), write);
                undo.push((key, replaced));
            }
        }
    }

    /// All writes in the order of their keys.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &Write)> {
        self.writes.iter()
    }

    pub(super) fn get(&self, key: &[u8]) -> Option<&Write> {
        if self.writes.is_empty() {
            None
        } else {
            self.writes.get(key)
        }
    }

    /// The writes whose keys begin with `prefix`, in their order.
    pub(super) fn beginning_with<'a>(
        &'a self,
        prefix: &'a [u8],
    ) -> impl Iterator<Item = (&'a Key, &'a Write)> {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        let rest = (!self.writes.is_empty()).then(|| self.writes.range::<[u8], _>(from));
        rest.into_iter()
            .flatten()
            .take_while(move |(key, _)| key.starts_with(prefix))
    }

    /// The first write of `range` beyond `position`, in the order of a scan.
    pub(super) fn next(
        &self,
        range: &KeyRange,
        position: Option<&Key>,
        direction: Direction,
    ) -> Option<(&Key, &Write)> {
        if self.writes.is_empty() || range.is_empty() {
            return None;
        }
        let start = Bound::Included(&*range.start);
        let end = range.end.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let beyond = position.map(|key| Bound::Excluded(&**key));
        match direction {
            Direction::Ascending => self
                .writes
                .range::<[u8], _>((beyond.unwrap_or(start), end))
                .next(),
            Direction::Descending => self
                .writes
                .range::<[u8], _>((start, beyond.unwrap_or(end)))
                .next_back(),
        }
    }

    /// A mark for [`WriteSet::undo_to`].
    pub(super) fn mark(&mut self) -> usize {
        self.undo.get_or_insert_default().len()
    }

    /// Takes back everything since `mark`, and tells which keys that were.
    pub(super) fn undo_to(&mut self, mark: usize) -> Vec<Key> {
        let undo = self.undo.get_or_insert_default();
        let mut undone = Vec::with_capacity(undo.len().saturating_sub(mark));
        while undo.len() > mark {
            let Some((key, replaced)) = undo.pop() else { break };
            match replaced {
                Some(write) => self.writes.insert(key.clone(), write),
                None => self.writes.remove(&key),
            };
            undone.push(key);
        }
        undone
    }

    /// The writes in the order of their keys.
    pub(super) fn into_sorted(self) -> Vec<(Key, Write)> {
        self.writes.into_iter().collect()
    }
}
