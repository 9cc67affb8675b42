//! Opening a log: what it holds after the checkpoint is replayed, and its end is found.
//!
//! The end is where the chain of records stops. Behind it there may be parts of a write that a crash cut short; nobody
//! was told that those are on disk, and they are cleared. But each record says what was durable when it was written. If
//! any record behind the end says that more was durable than what was found, acknowledged commits are missing: that is
//! damage, and the store does not open.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::commit::Commit;
use super::super::error::StoreError;
use super::super::health::Health;
use super::super::state::Meta;
use super::super::timestamp::Timestamp;
use super::files::Files;
use super::record::{ALIGN, Header};
use super::segment::{self, HEADER, Segment, SegmentId};
use super::space::{Space, Used};
use super::writer::{Log, Tail};

/// An opened log.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) log: Log,
    /// The newest commit there is.
    pub(crate) last: Timestamp,
    /// What the engine has to remember about this log.
    pub(crate) meta: Meta,
}

/// Opens the log in `dir`, or makes a new one, and gives `replay` every commit after the checkpoint of `meta`.
pub(crate) fn recover(
    dir: &Path,
    files: &Arc<dyn Files>,
    segment_bytes: u64,
    meta: Option<Meta>,
    health: Arc<Health>,
    replay: &mut dyn FnMut(Commit),
) -> Result<Recovered, StoreError> {
    let listing = Listing::read(dir, files)?;
    let checkpoint = meta.map_or(Timestamp::ZERO, |meta| meta.checkpoint);
    let required = meta.map(|meta| meta.segment);
    if let Some(missing) = required.filter(|required| !listing.segments.contains_key(required)) {
        let file = SegmentId {
            store: 0,
            sequence: missing,
        }
        .path(dir);
        return Err(StoreError::Damaged {
            file,
            offset: 0,
            reason: "this segment of the commit log is missing",
        });
    }
    let found = read_all(&listing, meta, checkpoint, replay)?;
    listing.finish_removal(files)?;
    let store = found.store.or(meta.map(|meta| meta.store)).unwrap_or_else(random);
    let last = found.last;
    let (tail, space) = found.reopen(dir, files, store, segment_bytes)?;
    listing
        .spares(segment_bytes)
        .for_each(|path| space.add_spare(path));
    let meta = Meta {
        checkpoint,
        store,
        segment: tail.segment.id.sequence,
    };
    Ok(Recovered {
        log: Log::new(tail, space, health),
        last,
        meta,
    })
}

/// The standard library has one source of randomness, and it is enough to tell two stores apart.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// The files in the log's directory.
struct Listing {
    /// By number, without gaps.
    segments: BTreeMap<u64, PathBuf>,
    /// What is before a gap was being removed when the process ended.
    removed: Vec<PathBuf>,
    spares: Vec<PathBuf>,
}

impl Listing {
    fn read(dir: &Path, files: &Arc<dyn Files>) -> Result<Self, StoreError> {
        let mut listing = Self {
            segments: BTreeMap::new(),
            removed: Vec::new(),
            spares: Vec::new(),
        };
        for entry in fs::read_dir(dir).map_err(StoreError::io("list", dir))? {
            let path = entry.map_err(StoreError::io("list", dir))?.path();
            if let Some(sequence) = segment::sequence(&path) {
                listing.segments.insert(sequence, path);
            } else if path.extension().is_some_and(|extension| extension == "spare") {
                listing.spares.push(path);
            } else if path.extension().is_some_and(|extension| extension == "tmp") {
                files.remove(&path).map_err(StoreError::io("remove", &path))?;
            }
        }
        listing.set_aside_before_gap();
        Ok(listing)
    }

    fn set_aside_before_gap(&mut self) {
        let numbers: Vec<u64> = self.segments.keys().copied().collect();
        let gap = numbers.windows(2).rposition(|pair| pair[1] != pair[0] + 1);
        for number in gap.map_or(&[][..], |gap| &numbers[..=gap]) {
            self.removed.extend(self.segments.remove(number));
        }
    }

    /// Only once the rest is known to be whole: until then these files may be what a rescue needs.
    fn finish_removal(&self, files: &Arc<dyn Files>) -> Result<(), StoreError> {
        self.removed
            .iter()
            .try_for_each(|path| files.remove(path).map_err(StoreError::io("remove", path)))
    }

    /// Spare files of the right size; others are of no use any more, but do no harm either.
    fn spares(&self, len: u64) -> impl Iterator<Item = PathBuf> + '_ {
        let right = move |path: &&PathBuf| fs::metadata(path).is_ok_and(|metadata| metadata.len() == len);
        self.spares.iter().filter(right).cloned()
    }
}

/// One segment in memory.
struct Loaded {
    id: SegmentId,
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Loaded {
    fn read(sequence: u64, path: &Path, store: Option<u64>) -> Result<Self, StoreError> {
        let bytes = fs::read(path).map_err(StoreError::io("read", path))?;
        let damaged = |reason| StoreError::Damaged {
            file: path.to_owned(),
            offset: 0,
            reason,
        };
        let id = SegmentId::parse(&bytes)
            .ok_or_else(|| damaged("the header of this log segment does not check"))?;
        if id.sequence != sequence || store.is_some_and(|store| store != id.store) {
            return Err(damaged(
                "this log segment belongs to another store or another place in the log",
            ));
        }
        Ok(Self {
            id,
            path: path.to_owned(),
            bytes,
        })
    }

    /// The record at `offset`, when it checks.
    fn record(&self, offset: usize) -> Option<Header> {
        let bytes = self.bytes.get(offset..)?;
        Header::parse(bytes).filter(|header| header.checks(bytes, self.id))
    }

    /// Every record or seal from `offset` on that checks, wherever it begins, with its offset.
    fn records_from(&self, offset: usize) -> impl Iterator<Item = (usize, Header)> + '_ {
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

/// Where the chain of records is while it is followed.
struct Chain<'a> {
    last: Timestamp,
    checkpoint: Timestamp,
    replay: &'a mut dyn FnMut(Commit),
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

    /// Follows the chain through one segment. Gives the offset behind the last record, none when there is none.
    fn follow(&mut self, segment: &Loaded) -> Result<Option<usize>, StoreError> {
        let (mut offset, mut end) = (HEADER_AT, None);
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

/// Offset of the first record.
const HEADER_AT: usize = segment::HEADER_BYTES;

/// What is in the log.
struct Found {
    store: Option<u64>,
    last: Timestamp,
    segments: Vec<FoundSegment>,
    /// Index of the segment in which the log ends.
    end: usize,
}

struct FoundSegment {
    id: SegmentId,
    path: PathBuf,
    len: u64,
    /// Behind the last record.
    end: u64,
    last: Timestamp,
    /// Behind `end` there are records that were never acknowledged.
    leftovers: bool,
}

fn read_all(
    listing: &Listing,
    meta: Option<Meta>,
    checkpoint: Timestamp,
    replay: &mut dyn FnMut(Commit),
) -> Result<Found, StoreError> {
    let mut found = Found {
        store: meta.map(|meta| meta.store),
        last: checkpoint,
        segments: Vec::new(),
        end: 0,
    };
    let mut chain = Chain {
        last: Timestamp::ZERO,
        checkpoint,
        replay,
    };
    for (sequence, path) in &listing.segments {
        let segment = Loaded::read(*sequence, path, found.store)?;
        found.store = Some(segment.id.store);
        if let Some(end) = chain.follow(&segment)? {
            found.end = found.segments.len();
            found.push(&segment, end, chain.last);
        } else {
            found.push(&segment, HEADER_AT, chain.last);
        }
    }
    found.last = chain.last.max(checkpoint);
    found.check_behind_end()?;
    Ok(found)
}

impl Found {
    fn push(&mut self, segment: &Loaded, end: usize, last: Timestamp) {
        let (id, path, len) = (segment.id, segment.path.clone(), segment.bytes.len() as u64);
        self.segments.push(FoundSegment {
            id,
            path,
            len,
            end: end as u64,
            last,
            leftovers: false,
        });
    }

    /// Looks behind the end for leftovers, and for proof that something acknowledged is missing.
    fn check_behind_end(&mut self) -> Result<(), StoreError> {
        let Some(end) = self.segments.get(self.end) else {
            return Ok(());
        };
        let (file, offset) = (end.path.clone(), end.end);
        for index in self.end..self.segments.len() {
            let behind = &mut self.segments[index];
            let segment = Loaded::read(behind.id.sequence, &behind.path, self.store)?;
            let start = usize::try_from(behind.end).unwrap_or(usize::MAX);
            for (_, header) in segment.records_from(start) {
                if header.durable > self.last {
                    let reason = "a commit that was acknowledged does not check";
                    return Err(StoreError::Damaged { file, offset, reason });
                }
                behind.leftovers |= !header.is_seal();
            }
        }
        Ok(())
    }

    /// Opens the log for writing at its end.
    fn reopen(
        mut self,
        dir: &Path,
        files: &Arc<dyn Files>,
        store: u64,
        segment_bytes: u64,
    ) -> Result<(Tail, Space), StoreError> {
        for segment in self.segments.iter().filter(|segment| segment.leftovers) {
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

impl FoundSegment {
    fn open(self, files: &Arc<dyn Files>) -> Result<Segment, StoreError> {
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

    /// Clears what was never acknowledged, or a later record of the same length could make it part of the chain again.
    fn clear(&self, files: &Arc<dyn Files>) -> Result<(), StoreError> {
        tracing::warn!(path = %self.path.display(), offset = self.end, "dropping commits that were never acknowledged");
        let file = files
            .open(&self.path)
            .map_err(StoreError::io("open", &self.path))?;
        let cleared = file.zero(self.end, self.len).and_then(|()| file.sync());
        cleared.map_err(StoreError::io("clear the end of", &self.path))
    }

    fn into_used(self) -> (Used, Timestamp) {
        (
            Used {
                path: self.path,
                len: self.len,
            },
            self.last,
        )
    }
}
