//! One segment of an opened log.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::super::error::StoreError;
use super::super::super::timestamp::Timestamp;
use super::super::files::Files;
use super::super::segment::{Segment, SegmentId};
use super::super::space::Used;
use super::loaded::Loaded;

/// A segment, and how far it is used.
pub(super) struct FoundSegment {
    pub(super) id: SegmentId,
    pub(super) path: PathBuf,
    pub(super) len: u64,
    /// Behind the last record.
    pub(super) end: u64,
    pub(super) last: Timestamp,
    /// What the records and seals behind `end` say was durable when they were written.
    pub(super) durable_behind: Timestamp,
    /// Behind `end` there are records, not only seals.
    pub(super) leftovers: bool,
}

impl FoundSegment {
    /// `last` is the last record before `end`, in this segment or an earlier one.
    pub(super) fn new(segment: Loaded, end: usize, last: Timestamp) -> Self {
        let (mut durable_behind, mut leftovers) = (Timestamp::ZERO, false);
        for (_, header) in segment.records_from(end) {
            durable_behind = durable_behind.max(header.durable);
            leftovers |= !header.is_seal();
        }
        let (len, end) = (segment.bytes.len() as u64, end as u64);
        Self {
            id: segment.id,
            path: segment.path,
            len,
            end,
            last,
            durable_behind,
            leftovers,
        }
    }

    pub(super) fn open(self, files: &Arc<dyn Files>) -> Result<Segment, StoreError> {
        let file = files
            .open(&self.path)
            .map_err(StoreError::io("open", &self.path))?;
        Ok(Segment {
            id: self.id,
            path: self.path,
            len: self.len,
            file,
        })
    }

    /// Clears what was never acknowledged, or a later record of the same length could make it part of the
    /// chain again.
    pub(super) fn clear(&self, files: &Arc<dyn Files>) -> Result<(), StoreError> {
        tracing::warn!(path = %self.path.display(), offset = self.end, "dropping commits that were never acknowledged");
        let file = files
            .open(&self.path)
            .map_err(StoreError::io("open", &self.path))?;
        let cleared = file.zero(self.end, self.len).and_then(|()| file.sync());
        cleared.map_err(StoreError::io("clear the end of", &self.path))
    }

    /// Brings records to the disk that the process before may not have brought there. They are written once more: after a
    /// sync that failed the system may take them for written, and then another sync does nothing.
    pub(super) fn write_again(
        &self,
        offset: u64,
        records: &[u8],
        files: &Arc<dyn Files>,
    ) -> Result<(), StoreError> {
        let file = files
            .open(&self.path)
            .map_err(StoreError::io("open", &self.path))?;
        let written = file.write_at(offset, records).and_then(|()| file.sync());
        written.map_err(StoreError::io("write the end of", &self.path))
    }

    pub(super) fn into_used(self) -> (Used, Timestamp) {
        (
            Used {
                sequence: self.id.sequence,
                path: self.path,
                len: self.len,
            },
            self.last,
        )
    }
}
