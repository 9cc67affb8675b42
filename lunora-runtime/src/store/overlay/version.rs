//! The order of versions in a layer: by key, and within a key the newest first.

use std::borrow::Borrow;
use std::cmp::{Ordering, Reverse};

use super::super::commit::Key;
use super::super::timestamp::Timestamp;

/// One version of one key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Version {
    pub(super) key: Key,
    pub(super) ts: Reverse<Timestamp>,
}

/// A place in the order of versions that borrows its key, so that looking something up does not copy it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) key: &'a [u8],
    pub(super) ts: Timestamp,
}

impl<'a> Place<'a> {
    /// Before every version of `key`.
    pub(super) fn before(key: &'a [u8]) -> Self {
        Self {
            key,
            ts: Timestamp(u64::MAX),
        }
    }

    /// After every version of `key`: zero is no commit's timestamp.
    pub(super) fn behind(key: &'a [u8]) -> Self {
        Self {
            key,
            ts: Timestamp::ZERO,
        }
    }
}

/// What [`Version`] and [`Place`] have in common. A trait object of it is what `Borrow` needs to look up the one by the
/// other, since a `&Place` cannot be borrowed from a `Version`.
pub(super) trait Placed {
    fn place(&self) -> Place<'_>;
}

impl Placed for Version {
    fn place(&self) -> Place<'_> {
        Place {
            key: &self.key,
            ts: self.ts.0,
        }
    }
}

impl Placed for Place<'_> {
    fn place(&self) -> Place<'_> {
        *self
    }
}

impl<'a> Borrow<dyn Placed + 'a> for Version {
    fn borrow(&self) -> &(dyn Placed + 'a) {
        self
    }
}

/// The same order as the derived one of [`Version`], as `Borrow` demands.
impl Ord for dyn Placed + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        let (left, right) = (self.place(), other.place());
        left.key.cmp(right.key).then_with(|| right.ts.cmp(&left.ts))
    }
}

impl PartialOrd for dyn Placed + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for dyn Placed + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for dyn Placed + '_ {}
