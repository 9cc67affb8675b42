//! What a transaction is going to write, with the way back to its savepoints.

use std::{
    collections::BTreeMap,
    mem,
    ops::{Bound, Range},
};

use crate::store::{Direction, Key, KeyRange, Payload};

/// A key's new value; `None` deletes it.
pub(super) type Write = Option<Payload>;

/// As many writes are kept in a row, where a search takes fewer steps than in a tree, and all lie side by side.
const FEW: usize = 16;

/// The writes so far, ordered so that scans can see them.
#[derive(Debug, Default)]
pub(super) struct WriteSet {
    writes: Ordered,
    /// What each write replaced, oldest first. Kept from the first savepoint on: most transactions have none.
    undo: Option<Vec<(Key, Option<Write>)>>,
}

/// Writes by key, in the order of keys: in a row until they are more than [`FEW`], then in a tree.
#[derive(Debug)]
enum Ordered {
    Few(Vec<(Key, Write)>),
    Many(BTreeMap<Key, Write>),
}

impl Default for Ordered {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Ordered {
    fn is_empty(&self) -> bool {
        match self {
            Self::Few(writes) => writes.is_empty(),
            Self::Many(writes) => writes.is_empty(),
        }
    }

    fn get(&self, key: &[u8]) -> Option<&Write> {
        match self {
            Self::Few(writes) => Some(&writes[place(writes, key).ok()?].1),
            Self::Many(writes) => writes.get(key),
        }
    }

    /// Returns what it replaces.
    fn insert(&mut self, key: Key, write: Write) -> Option<Write> {
        let writes = match self {
            Self::Few(writes) => writes,
            Self::Many(writes) => return writes.insert(key, write),
        };
        match place(writes, &key) {
            Ok(place) => return Some(mem::replace(&mut writes[place].1, write)),
            Err(place) if writes.len() < FEW => writes.insert(place, (key, write)),
            Err(_) => {
                let mut many: BTreeMap<_, _> = writes.drain(..).collect();
                many.insert(key, write);
                *self = Self::Many(many);
            }
        }
        None
    }

    fn remove(&mut self, key: &[u8]) {
        match self {
            Self::Few(writes) => {
                if let Ok(place) = place(writes, key) {
                    writes.remove(place);
                }
            }
            Self::Many(writes) => {
                writes.remove(key);
            }
        }
    }

    fn range<'a>(
        &'a self,
        start: Bound<&[u8]>,
        end: Bound<&[u8]>,
    ) -> impl DoubleEndedIterator<Item = (&'a Key, &'a Write)> {
        let (few, many) = match self {
            Self::Few(writes) => (&writes[within(writes, start, end)], None),
            Self::Many(writes) => (&[][..], Some(writes.range::<[u8], _>((start, end)))),
        };
        let few = few.iter().map(|(key, write)| (key, write));
        few.chain(many.into_iter().flatten())
    }
}

/// Where a key is in a row, or where it belongs.
fn place(writes: &[(Key, Write)], key: &[u8]) -> Result<usize, usize> {
    writes.binary_search_by(|(other, _)| (**other).cmp(key))
}

/// The part of a row between two bounds.
fn within(writes: &[(Key, Write)], start: Bound<&[u8]>, end: Bound<&[u8]>) -> Range<usize> {
    let before = |key: &[u8]| writes.partition_point(|(other, _)| **other < *key);
    let upto = |key: &[u8]| writes.partition_point(|(other, _)| **other <= *key);
    let start = match start {
        Bound::Included(key) => before(key),
        Bound::Excluded(key) => upto(key),
        Bound::Unbounded => 0,
    };
    let end = match end {
        Bound::Included(key) => upto(key),
        Bound::Excluded(key) => before(key),
        Bound::Unbounded => writes.len(),
    };
    start..end.max(start)
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
        self.writes.range(Bound::Unbounded, Bound::Unbounded)
    }

    pub(super) fn get(&self, key: &[u8]) -> Option<&Write> {
        // Most reads come before the first write.
        if self.writes.is_empty() {
            return None;
        }
        self.writes.get(key)
    }

    /// The writes whose keys begin with `prefix`, in their order.
    pub(super) fn beginning_with<'a>(
        &'a self,
        prefix: &'a [u8],
    ) -> impl Iterator<Item = (&'a Key, &'a Write)> {
        let rest = || self.writes.range(Bound::Included(prefix), Bound::Unbounded);
        let rest = (!self.writes.is_empty()).then(rest).into_iter().flatten();
        rest.take_while(move |(key, _)| key.starts_with(prefix))
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
            Direction::Ascending => self.writes.range(beyond.unwrap_or(start), end).next(),
            Direction::Descending => self.writes.range(start, beyond.unwrap_or(end)).next_back(),
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
                Some(write) => {
                    self.writes.insert(key.clone(), write);
                }
                None => self.writes.remove(&key),
            }
            undone.push(key);
        }
        undone
    }

    /// The writes in the order of their keys.
    pub(super) fn into_sorted(self) -> Vec<(Key, Write)> {
        match self.writes {
            Ordered::Few(writes) => writes,
            Ordered::Many(writes) => writes.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Put(u8, Option<u8>),
        Mark,
        /// To one of the marks.
        UndoTo(prop::sample::Index),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            12 => (0..40_u8, any::<Option<u8>>()).prop_map(|(key, write)| Step::Put(key, write)),
            1 => Just(Step::Mark),
            1 => any::<prop::sample::Index>().prop_map(Step::UndoTo),
        ];
        // Some stay few and some do not.
        vec(step, 0..80)
    }

    fn key(number: u8) -> Key {
        Key::from([number])
    }

    fn pairs<'a>(found: impl Iterator<Item = (&'a Key, &'a Write)>) -> Vec<(Key, Write)> {
        found.map(|(key, write)| (key.clone(), write.clone())).collect()
    }

    proptest! {
        #[test]
        fn few_or_many_they_are_those_of_a_map(steps in steps(), start in 0..42_u8, end in 0..42_u8) {
            let (mut writes, mut model) = (WriteSet::default(), BTreeMap::new());
            let mut marks = Vec::new();
            for step in steps {
                match step {
                    Step::Put(number, write) => {
                        let write = write.map(|byte| Payload::from([byte]));
                        writes.put(key(number), write.clone());
                        model.insert(key(number), write);
                    }
                    Step::Mark => marks.push((writes.mark(), model.clone())),
                    Step::UndoTo(which) if !marks.is_empty() => {
                        let which = which.index(marks.len());
                        marks.truncate(which + 1);
                        let (mark, then) = &marks[which];
                        writes.undo_to(*mark);
                        model.clone_from(then);
                    }
                    Step::UndoTo(_) => {}
                }
            }
            prop_assert_eq!(writes.is_empty(), model.is_empty());
            prop_assert_eq!(pairs(writes.iter()), pairs(model.iter()));
            for number in 0..42 {
                prop_assert_eq!(writes.get(&[number]), model.get(&key(number)));
                let beginning = pairs(writes.beginning_with(&[number]));
                prop_assert_eq!(beginning, pairs(model.range(key(number)..=key(number))));
            }
            let range = KeyRange { start: key(start), end: Some(key(end)) };
            for direction in [Direction::Ascending, Direction::Descending] {
                let mut passed: Vec<(Key, Write)> = Vec::new();
                let position = |passed: &[(Key, Write)]| passed.last().map(|(key, _)| key.clone());
                while let Some((key, write)) = writes.next(&range, position(&passed).as_ref(), direction) {
                    passed.push((key.clone(), write.clone()));
                }
                if direction == Direction::Descending {
                    passed.reverse();
                }
                let expected = model.iter().filter(|(key, _)| range.contains(key));
                prop_assert_eq!(passed, pairs(expected));
            }
            prop_assert_eq!(writes.into_sorted(), pairs(model.iter()));
        }
    }
}
