//! Who has to hear of which commit.
//!
//! A subscription is the read set of a run, under a name. A commit carries the old and the new keys of everything that
//! it wrote, index entries included, so it concerns a subscription exactly if one of its keys is among the points or
//! ranges that were read. Inserting, removing and finding one subscription take logarithmic time in the number of all.

mod intervals;

use std::{collections::BTreeSet, fmt};

use lunora_core::id::DocumentId;

use self::intervals::Intervals;
use super::{keys, reads::SealedReads};
use crate::store::Changes;

/// Names a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(pub u64);

/// Read sets, searched by the keys of commits.
#[derive(Default)]
pub struct Subscriptions {
    points: BTreeSet<(DocumentId, SubscriptionId)>,
    ranges: Intervals,
}

impl Subscriptions {
    /// Adds a subscription. One of this name must not be there.
    pub fn insert(&mut self, id: SubscriptionId, reads: &SealedReads) {
        self.points
            .extend(reads.points().iter().map(|point| (*point, id)));
        for range in reads.ranges() {
            self.ranges.insert(range, id);
        }
    }

    /// Removes a subscription; `reads` are those that it was added with.
    pub fn remove(&mut self, id: SubscriptionId, reads: &SealedReads) {
        for point in reads.points() {
            self.points.remove(&(*point, id));
        }
        for range in reads.ranges() {
            self.ranges.remove(&range.start, id);
        }
    }

    /// The subscriptions that read something which the commit wrote.
    pub fn touched_by(&self, changes: &Changes) -> BTreeSet<SubscriptionId> {
        let mut touched = BTreeSet::new();
        for key in changes.keys() {
            if let Some(point) = keys::document_id(key) {
                let here = (point, SubscriptionId(0))..=(point, SubscriptionId(u64::MAX));
                touched.extend(self.points.range(here).map(|(_, id)| *id));
            }
            self.ranges.stab(key, &mut |id| {
                touched.insert(id);
            });
        }
        touched
    }

    /// Nobody has subscribed to anything.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty() && self.ranges.is_empty()
    }
}

impl fmt::Debug for Subscriptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriptions")
            .field("points", &self.points.len())
            .finish_non_exhaustive()
    }
}
