//! The versions of one key in one layer.

use parking_lot::RwLock;
use smallvec::SmallVec;

use super::super::commit::Payload;
use super::super::timestamp::Timestamp;

/// A value, or none for a deletion.
pub(crate) type Written = Option<Payload>;

/// Chains up to this length give up what they can at every write; moving the rest costs nothing worth saving.
const SHORT: usize = 8;

/// Few keys have more than two at a time, and those lie within.
type Versions = SmallVec<[(Timestamp, Written); 2]>;

/// The versions of one key, oldest first.
#[derive(Debug, Default)]
pub(super) struct Chain {
    versions: RwLock<Versions>,
}

impl Chain {
    /// Adds a version newer than all others, and gives up those that nobody can read who reads at `kept_from` or
    /// later. Returns what was given up: how many versions, and the bytes of their values.
    pub(super) fn push(&self, ts: Timestamp, written: Written, kept_from: Timestamp) -> (usize, usize) {
        let mut versions = self.versions.write();
        let unread = unread(&versions, kept_from);
        // A long chain moves seldom, or each write of a hot document would move all of its versions.
        let gives_up = unread * 2 >= versions.len() || versions.len() <= SHORT;
        let given_up = if gives_up { unread } else { 0 };
        let bytes = versions
            .drain(..given_up)
            .map(|(_, written)| written.map_or(0, |value| value.len()))
            .sum();
        versions.push((ts, written));
        (given_up, bytes)
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

/// How many of `versions` have a successor that is not newer than `kept_from`.
fn unread(versions: &[(Timestamp, Written)], kept_from: Timestamp) -> usize {
    versions
        .partition_point(|(ts, _)| *ts <= kept_from)
        .saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(ts: u64) -> Payload {
        ts.to_string().into()
    }

    #[test]
    fn what_can_be_read_from_a_timestamp_on_is_kept() {
        for kept_from in 0..60 {
            let chain = Chain::default();
            let (mut given_up, mut bytes) = (0, 0);
            for ts in (2..60).step_by(2) {
                let (versions, values) =
                    chain.push(Timestamp(ts), Some(written(ts)), Timestamp(kept_from.min(ts)));
                given_up += versions;
                bytes += values;
            }
            for at in kept_from..62 {
                let newest = (2..60).step_by(2).filter(|ts| *ts <= at).max();
                assert_eq!(
                    chain.at(Timestamp(at)),
                    newest.map(|ts| Some(written(ts))),
                    "{kept_from} {at}"
                );
            }
            let versions = chain.versions.read();
            assert_eq!(given_up + versions.len(), 29);
            let kept: usize = versions
                .iter()
                .flat_map(|(_, value)| value)
                .map(|value| value.len())
                .sum();
            assert_eq!(bytes + kept, 4 + 25 * 2);
        }
    }

    #[test]
    fn a_chain_that_nobody_reads_in_the_past_stays_short() {
        let chain = Chain::default();
        for ts in 1..10_000 {
            chain.push(Timestamp(ts), Some(written(ts)), Timestamp(ts - 1));
        }
        assert!(chain.versions.read().len() <= 2);
        assert!(chain.versions.read().capacity() <= 2 * SHORT);
    }
}
