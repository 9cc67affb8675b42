//! The unit of writing.

use smallvec::SmallVec;

use super::blob::Blob;
use super::error::StoreError;
use super::timestamp::Timestamp;

/// A key in the flat ordered byte keyspace; the layers above choose the prefixes.
pub type Key = Blob;

/// A value, opaque to the store.
pub type Payload = Blob;

/// The writes of one commit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Commit {
    /// When it takes effect.
    pub ts: Timestamp,
    /// Keys sorted and unique; `None` deletes.
    pub writes: Vec<(Key, Option<Payload>)>,
}

/// What a commit changed, without what it wrote there: what somebody needs who asks whether something that was read still
/// holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// That of the commit.
    pub ts: Timestamp,
    /// Most commits write a few documents; their keys lie within.
    keys: SmallVec<[Key; 3]>,
}

impl Changes {
    /// The keys that the commit wrote or deleted, sorted and unique.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Memory that they take, roughly.
    pub(crate) fn bytes(&self) -> usize {
        let keys = self
            .keys
            .iter()
            .map(|key| size_of::<Key>() + key.bytes_elsewhere());
        size_of::<Self>() + keys.sum::<usize>()
    }
}

impl From<&Commit> for Changes {
    fn from(commit: &Commit) -> Self {
        let keys = commit.writes.iter().map(|(key, _)| key.clone());
        Self {
            ts: commit.ts,
            keys: keys.collect(),
        }
    }
}

/// A record's length is a `u32` on disk; far below that, memory and sync times would hurt everyone else.
const MAX_BYTES: usize = 1 << 30;

impl Commit {
    /// Checks what the log and the overlay rely on.
    pub(crate) fn check(&self, after: Timestamp) -> Result<(), StoreError> {
        if self.ts <= after || self.ts > Timestamp::MAX {
            return Err(StoreError::InvalidCommit(
                "its timestamp is not above its predecessor's and below 2^63",
            ));
        }
        if !self.writes.is_sorted_by(|left, right| left.0 < right.0) {
            return Err(StoreError::InvalidCommit("its keys are not sorted and unique"));
        }
        if self.bytes() > MAX_BYTES {
            return Err(StoreError::InvalidCommit("it is larger than 1 GiB"));
        }
        Ok(())
    }

    /// Bytes of keys and payloads, with eight for the lengths of each.
    pub(crate) fn bytes(&self) -> usize {
        self.writes
            .iter()
            .map(|(key, value)| 8 + key.len() + value.as_ref().map_or(0, |value| value.len()))
            .sum()
    }
}
