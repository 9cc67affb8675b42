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

impl Chain<'_> {
    /// Whether a record continues the chain. What the engine has already may be missing or damaged.
    fn continues(&self, header: &Header) -> bool {
        let after_checkpoint = header.ts > self.checkpoint;
        if self.last < self.checkpoint {
            return header.previous == self.checkpoint || (!after_checkpoint && header.previous >= self.last);
        }
        header.previous == self.last
    }

    /// Follows the chain through one segment. Gives the offset behind the last record, none when there is
    /// none.
    pub(super) fn follow(&mut self, segment: &Loaded) -> Result<Option<usize>, StoreError> {
        let (mut offset, mut end) = (FIRST_RECORD, None);
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
            end = Some(offset);
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
