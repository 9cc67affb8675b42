//! Following the chain of records.

use super::super::super::commit::Commit;
use super::super::super::error::StoreError;
use super::super::super::timestamp::Timestamp;
use super::super::record::Header;
use super::super::segment::HEADER_BYTES as FIRST_RECORD;
use super::loaded::Loaded;

/// Where the chain of records is while it is followed.
pub(super) struct Chain<'a> {
    pub(super) last: Timestamp,
    pub(super) checkpoint: Timestamp,
    pub(super) replay: &'a mut dyn FnMut(Commit),
}

/// Where the records of a segment end.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    /// Behind the last record.
    pub(super) offset: usize,
    /// Where the group begins that was written last. That a sync has followed on it is not said in it.
    pub(super) last_group: usize,
}

impl Chain<'_> {
    /// Whether a record continues the chain. What the engine has already may be missing or damaged.
    fn continues(&self, header: &Header) -> bool {
        let after_checkpoint = header.ts > self.checkpoint;
        if self.last < self.checkpoint {
            return header.previous == self.checkpoint || (!after_checkpoint && header.previous >= self.last);
        }
        header.previous == self.last
    }

    /// Follows the chain through one segment. Gives nothing when no record of it is there.
    pub(super) fn follow(&mut self, segment: &Loaded) -> Result<Option<End>, StoreError> {
        let (mut offset, mut end): (_, Option<End>) = (FIRST_RECORD, None);
        let mut durable = None;
        loop {
            let here = segment
                .record(offset)
                .filter(|header| self.is_next(header))
                .map(|header| (offset, header));
            let Some((place, header)) = here.or_else(|| self.skip_damage(segment, offset)) else {
                return Ok(end);
            };
            self.accept(segment, place, &header)?;
            offset = place + header.end();
            // What is written together has one note of what was on disk.
            let is_same_group = durable.replace(header.durable) == Some(header.durable);
            let last_group = end.filter(|_| is_same_group).map_or(place, |end| end.last_group);
            end = Some(End { offset, last_group });
        }
    }

    fn is_next(&self, header: &Header) -> bool {
        !header.is_seal() && self.continues(header)
    }

    /// Damage below the checkpoint loses nothing.
    fn skip_damage(&self, segment: &Loaded, offset: usize) -> Option<(usize, Header)> {
        if self.last >= self.checkpoint {
            return None;
        }
        segment
            .records_from(offset)
            .find(|(_, header)| self.is_next(header))
    }

    fn accept(&mut self, segment: &Loaded, offset: usize, header: &Header) -> Result<(), StoreError> {
        self.last = header.ts;
        if header.ts > self.checkpoint {
            let commit = header
                .commit(&segment.bytes[offset..])
                .ok_or_else(|| StoreError::Damaged {
                    file: segment.path.clone(),
                    offset: offset as u64,
                    reason: "this record checks, but is no list of writes",
                })?;
            (self.replay)(commit);
        }
        Ok(())
    }
}
