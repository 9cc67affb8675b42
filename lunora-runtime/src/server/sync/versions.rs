//! How far the client's changes have come, and how far it has been told.

use std::collections::VecDeque;

use lunora_core::protocol::{self, StateVersion};

use crate::store::Timestamp;

/// With so many things to be told about changes, no further ones are read.
const MAX_UNTOLD: usize = 10_000;

/// The versions of one connection.
#[derive(Debug, Default)]
pub(super) struct Versions {
    /// As they were received.
    query_set: u32,
    identity: u32,
    sent: StateVersion,
    /// What was received and has not been told, oldest first.
    untold: VecDeque<Change>,
    /// How many things there are to tell about them.
    to_tell: usize,
    /// The live queries' own count of changes, and up to where transitions have covered it.
    live_version: u64,
    covered: u64,
}

/// A change by the client.
#[derive(Debug, Default)]
pub(super) struct Change {
    query_set: u32,
    identity: u32,
    /// It is covered by transitions that cover so much of the live queries' own count.
    live_version: u64,
    pub(super) removed: Vec<u32>,
    /// Queries that are not watched, and why.
    pub(super) failed: Vec<(u32, String)>,
}

impl Versions {
    /// What the last transition ended with.
    pub(super) const fn sent(&self) -> StateVersion {
        self.sent
    }

    pub(super) const fn query_set(&self) -> u32 {
        self.query_set
    }

    pub(super) const fn identity(&self) -> u32 {
        self.identity
    }

    /// The timestamp of the last transition.
    pub(super) const fn ts(&self) -> Timestamp {
        Timestamp(self.sent.ts.0)
    }

    /// Up to where transitions have covered the live queries' own count.
    pub(super) const fn covered(&self) -> u64 {
        self.covered
    }

    /// Whether a transition of the live queries is still to come that covers a change.
    pub(super) const fn awaits_live(&self) -> bool {
        self.live_version > self.covered
    }

    /// The client should wait until it has been told of the changes that it has made.
    pub(super) const fn is_full(&self) -> bool {
        self.to_tell > MAX_UNTOLD
    }

    /// The queries are others now.
    pub(super) fn query_set_changed(&mut self, version: u32, live_version: u64, change: Change) {
        self.query_set = version;
        self.changed(live_version, change);
    }

    /// The caller is another one now.
    pub(super) fn identity_changed(&mut self, live_version: u64) {
        self.identity += 1;
        self.changed(live_version, Change::default());
    }

    fn changed(&mut self, live_version: u64, change: Change) {
        self.live_version = live_version;
        self.to_tell += change.weight();
        self.untold.push_back(Change {
            query_set: self.query_set,
            identity: self.identity,
            live_version,
            ..change
        });
    }

    /// Whether something can be told without the live queries having anything to say.
    pub(super) fn has_covered_changes(&self) -> bool {
        let first = self.untold.front();
        first.is_some_and(|change| change.live_version <= self.covered)
    }

    /// Moves on to `ts`, with all changes that are covered by then. Returns where the transition begins, and what it
    /// has to tell about the changes.
    pub(super) fn advance(&mut self, ts: Timestamp, covered: u64) -> (StateVersion, Change) {
        let start = self.sent;
        self.covered = self.covered.max(covered);
        let mut told = Change::default();
        while self.has_covered_changes()
            && let Some(change) = self.untold.pop_front()
        {
            self.to_tell -= change.weight();
            (self.sent.query_set, self.sent.identity) = (change.query_set, change.identity);
            // What was refused before and is removed by now has no result.
            told.failed.retain(|(failed, _)| !change.removed.contains(failed));
            told.removed.extend(change.removed);
            told.failed.extend(change.failed);
        }
        self.sent.ts = self.sent.ts.max(protocol::Timestamp(ts.0));
        (start, told)
    }
}

impl Change {
    fn weight(&self) -> usize {
        1 + self.removed.len() + self.failed.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_when_they_are_covered_and_time_does_not_go_back() {
        let mut versions = Versions::default();
        versions.query_set_changed(3, 2, Change::default());
        let removed = Change {
            removed: vec![7],
            ..Change::default()
        };
        versions.query_set_changed(5, 4, removed);
        versions.identity_changed(4);
        assert!(!versions.has_covered_changes());

        let (start, told) = versions.advance(Timestamp(10), 3);
        assert_eq!((start, told.removed), (StateVersion::default(), vec![]));
        assert_eq!((versions.sent().query_set, versions.sent().identity), (3, 0));

        let (start, told) = versions.advance(Timestamp(9), 4);
        assert_eq!((start.query_set, start.ts.0, told.removed), (3, 10, vec![7]));
        let sent = versions.sent();
        assert_eq!((sent.query_set, sent.identity, sent.ts.0), (5, 1, 10));
    }

    #[test]
    fn with_too_much_to_tell_the_client_has_to_wait() {
        let mut versions = Versions::default();
        let removed = |count: usize| Change {
            removed: vec![7; count],
            ..Change::default()
        };
        versions.query_set_changed(1, 1, removed(MAX_UNTOLD - 1));
        assert!(!versions.is_full());
        versions.query_set_changed(2, 2, removed(0));
        assert!(versions.is_full());
        versions.advance(Timestamp(1), 1);
        assert!(!versions.is_full(), "it has been told of the first change");
    }

    #[test]
    fn what_is_refused_and_removed_has_no_result() {
        let mut versions = Versions::default();
        let refused = |number| Change {
            failed: vec![(number, "no".to_owned())],
            ..Change::default()
        };
        versions.query_set_changed(1, 0, refused(5));
        versions.query_set_changed(2, 0, refused(6));
        let removed = Change {
            removed: vec![5],
            ..Change::default()
        };
        versions.query_set_changed(3, 0, removed);
        // The number may be used again.
        versions.query_set_changed(4, 0, refused(5));
        let (_, told) = versions.advance(Timestamp(1), 0);
        let failed: Vec<_> = told.failed.iter().map(|(number, _)| *number).collect();
        assert_eq!((told.removed, failed), (vec![5], vec![6, 5]));
    }
}
