//! Which keys a scan covers, and in which order.

use super::commit::Key;

/// Half-open: `[start, end)`. Without an `end` there is no upper limit.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct KeyRange {
    /// The first key that is in.
    pub start: Key,
    /// The first key that is out.
    pub end: Option<Key>,
}

/// The order of a scan.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Direction {
    /// Smallest key first.
    #[default]
    Ascending,
    /// Greatest key first.
    Descending,
}

impl KeyRange {
    /// Every key.
    pub fn all() -> Self {
        Self::default()
    }

    /// Every key that begins with `prefix`.
    ///
    /// ```
    /// use lunora_runtime::store::KeyRange;
    /// let range = KeyRange::prefix(b"a\xff");
    /// assert!(range.contains(b"a\xff\xff\xff") && !range.contains(b"b"));
    /// ```
    pub fn prefix(prefix: &[u8]) -> Self {
        Self {
            start: Key::from(prefix),
            end: successor(prefix),
        }
    }

    /// Whether `key` is in the range.
    pub fn contains(&self, key: &[u8]) -> bool {
        *key >= *self.start && self.end.as_ref().is_none_or(|end| *key < **end)
    }

    /// Whether no key can be in the range.
    pub fn is_empty(&self) -> bool {
        self.end.as_ref().is_some_and(|end| *end <= self.start)
    }
}

/// The smallest key above everything that begins with `prefix`; none when that is everything up to the last
/// key.
fn successor(prefix: &[u8]) -> Option<Key> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut next = prefix[..=last].to_vec();
    next[last] += 1;
    Some(next.into())
}
