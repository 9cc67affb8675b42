//! What the log holds, and where it ends.

use std::path::Path;
use std::sync::Arc;

use super::super::super::commit::Commit;
use super::super::super::error::StoreError;
use super::super::super::state::Meta;
use super::super::super::timestamp::Timestamp;
use super::super::files::Files;
use super::super::segment::{HEADER, HEADER_BYTES as FIRST_RECORD};
use super::super::space::Space;
use super::super::writer::Tail;
use super::chain::Chain;
use super::found_segment::FoundSegment;
use super::listing::Listing;
use super::loaded::Loaded;

/// What is in the log.
pub(super) struct Found {
    pub(super) store: Option<u64>,
    pub(super) last: Timestamp,
    /// How much was read.
    pub(super) bytes: u64,
    segments: Vec<FoundSegment>,
    /// Index of the segment in which the log ends.
    end: usize,
    /// What was written last, if nothing says that it was synced.
    unproven: Option<Unproven>,
}

/// Records that are there, and may be in the memory of the system only.
struct Unproven {
    offset: u64,
    bytes: Vec<u8>,
}

impl Found {
    /// Reads everything, and gives what comes after the checkpoint to `replay`.
    pub(super) fn read(
        listing: &Listing,
        files: &Arc<dyn Files>,
        meta: Option<Meta>,
        checkpoint: Timestamp,
        replay: &mut dyn FnMut(Commit),
    ) -> Result<Self, StoreError> {
        let mut found = Found {
            store: meta.map(|meta| meta.store),
            last: checkpoint,
            bytes: 0,
            segments: Vec::new(),
            end: 0,
            unproven: None,
        };
        let mut chain = Chain {
            last: Timestamp::ZERO,
            checkpoint,
            replay,
        };
        for (sequence, path) in &listing.segments {
            let segment = Loaded::read(*sequence, path, files, found.store)?;
            found.store = Some(segment.id.store);
            found.bytes += segment.bytes.len() as u64;
            let end = chain.follow(&segment)?;
            if let Some(end) = end {
                found.end = found.segments.len();
                found.unproven = Some(Unproven {
                    offset: end.last_group as u64,
                    bytes: segment.bytes[end.last_group..end.offset].to_vec(),
                });
            }
            let end = end.map_or(FIRST_RECORD, |end| end.offset);
            found.segments.push(FoundSegment::new(segment, end, chain.last));
        }
        found.last = chain.last.max(checkpoint);
        let proven = found.segments.iter().map(|segment| segment.durable_behind).max();
        found.unproven.take_if(|_| proven >= Some(found.last));
        found.check_behind_end()?;
        Ok(found)
    }

    /// Looks behind the end for proof that something acknowledged is missing.
    fn check_behind_end(&self) -> Result<(), StoreError> {
        let behind = &self.segments[self.end.min(self.segments.len())..];
        match behind.first() {
            Some(end) if behind.iter().any(|segment| segment.durable_behind > self.last) => {
                Err(StoreError::Damaged {
                    file: end.path.clone(),
                    offset: end.end,
                    reason: "a commit that was acknowledged does not check",
                })
            }
            _ => Ok(()),
        }
    }

    /// Opens the log for writing at its end.
    pub(super) fn reopen(
        mut self,
        dir: &Path,
        files: &Arc<dyn Files>,
        store: u64,
        segment_bytes: u64,
    ) -> Result<(Tail, Space), StoreError> {
        if let Some((segment, unproven)) = self.segments.get(self.end).zip(self.unproven.take()) {
            segment.write_again(unproven.offset, &unproven.bytes, files)?;
        }
        for segment in self
            .segments
            .iter()
            .skip(self.end)
            .filter(|segment| segment.leftovers)
        {
            segment.clear(files)?;
        }
        while self.segments.len() > self.end + 2 {
            let Some(unused) = self.segments.pop() else { break };
            files
                .remove(&unused.path)
                .map_err(StoreError::io("remove", &unused.path))?;
        }
        let space = Space::new(dir, Arc::clone(files), store, segment_bytes, self.next());
        if let Some(ready) = self
            .segments
            .drain((self.end + 1).min(self.segments.len())..)
            .next()
        {
            space.set_ready(ready.open(files)?);
        }
        let (offset, current) = match self.segments.pop() {
            Some(current) => (current.end, current.open(files)?),
            None => (HEADER, space.make_first()?),
        };
        let full = self.segments.into_iter().map(FoundSegment::into_used).collect();
        Ok((
            Tail {
                segment: Arc::new(current),
                offset,
                last: self.last,
                full,
            },
            space,
        ))
    }

    /// Number of the segment after the last one.
    fn next(&self) -> u64 {
        self.segments.last().map_or(1, |segment| segment.id.sequence + 1)
    }
}
