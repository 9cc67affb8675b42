//! The versions of one key in one layer.

use parking_lot::RwLock;

use super::super::commit::Payload;
use super::super::timestamp::Timestamp;

/// A value, or none for a deletion.
pub(crate) type Written = Option<Payload>;

/// The versions of one key, oldest first.
#[derive(Debug, Default)]
pub(super) struct Chain {
    versions: RwLock<Vec<(Timestamp, Written)>>,
}

impl Chain {
    /// Adds a version newer than all others.
    pub(super) fn push(&self, ts: Timestamp, written: Written) {
        let mut versions = self.versions.write();
        if versions.is_empty() {
            // Most keys are written once.
            versions.reserve_exact(1);
        }
        versions.push((ts, written));
    }

    /// The newest version at or below `at`. None when the key was first written later.
    pub(super) fn at(&self, at: Timestamp) -> Option<Written> {
        let versions = self.versions.read();
        // Nearly everyone reads near the end, where no search is needed.
        if let Some((_, written)) = versions.last().filter(|(ts, _)| *ts <= at) {
            return Some(written.clone());
        }
        let newer = versions.partition_point(|(ts, _)| *ts <= at);
        newer.checked_sub(1).map(|index| versions[index].1.clone())
    }
}
