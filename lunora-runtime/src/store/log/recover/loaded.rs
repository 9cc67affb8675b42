//! One segment, read into memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::super::error::StoreError;
use super::super::files::Files;
use super::super::record::{ALIGN, Header};
use super::super::segment::SegmentId;

/// One segment in memory.
pub(super) struct Loaded {
    pub(super) id: SegmentId,
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
}

impl Loaded {
    pub(super) fn read(
        sequence: u64,
        path: &Path,
        files: &Arc<dyn Files>,
        store: Option<u64>,
    ) -> Result<Self, StoreError> {
        let bytes = files.read(path).map_err(StoreError::io("read", path))?;
        let damaged_at = |offset, reason| StoreError::Damaged {
            file: path.to_owned(),
            offset,
            reason,
        };
        let damaged = |reason| damaged_at(0, reason);
        let (id, made_with) = SegmentId::parse(&bytes)
            .ok_or_else(|| damaged("the header of this log segment does not check"))?;
        if id.sequence != sequence || store.is_some_and(|store| store != id.store) {
            return Err(damaged(
                "this log segment belongs to another store or another place in the log",
            ));
        }
        // It had all of its length on disk before it had its name: a crash does not leave this behind.
        if (bytes.len() as u64) < made_with {
            return Err(damaged_at(
                bytes.len() as u64,
                "this log segment ends here, but was longer: it is part of a copy or was cut off",
            ));
        }
        Ok(Self {
            id,
            path: path.to_owned(),
            bytes,
        })
    }

    /// The record at `offset`, when it checks.
    pub(super) fn record(&self, offset: usize) -> Option<Header> {
        let bytes = self.bytes.get(offset..)?;
        Header::parse(bytes).filter(|header| header.checks(bytes, self.id))
    }

    /// Every record or seal from `offset` on that checks, wherever it begins, with its offset.
    pub(super) fn records_from(&self, offset: usize) -> impl Iterator<Item = (usize, Header)> + '_ {
        let places = (offset..self.bytes.len())
            .step_by(ALIGN)
            .filter(|place| self.may_be_record(*place));
        places.filter_map(|place| Some((place, self.record(place)?)))
    }

    /// No record has the timestamp zero; fresh segments are full of it.
    fn may_be_record(&self, place: usize) -> bool {
        self.bytes
            .get(place + 8..place + 16)
            .is_some_and(|ts| ts != [0; 8])
    }
}
