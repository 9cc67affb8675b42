//! One record of the log.
//!
//! ```text
//! 0   length    u32   of the body
//! 4   crc32     u32   of length, ts, previous, body, durable, store, sequence of the segment, in this order
//! 8   ts        u64   the commit
//! 16  previous  u64   the commit before it
//! 24  durable   u64   the newest commit that was on disk when this was written
//! 32  body, then zeros up to a multiple of 8
//! ```
//!
//! The body is a list of writes: length of the key u32, length of the payload u32 (`u32::MAX` deletes), key,
//! payload. A record without a commit (`ts` = `previous` = `durable`) is a seal: it says that everything
//! before it was on disk.

use crc32fast::Hasher;

use super::super::commit::{Commit, Key, Payload};
use super::super::timestamp::Timestamp;
use super::segment::SegmentId;

pub(super) const HEADER: usize = 32;
pub(super) const ALIGN: usize = 8;
const DELETED: u32 = u32::MAX;

/// A record on its way to the disk. What depends on when and where it is written is filled in by
/// [`Record::finish`].
#[derive(Debug)]
pub(crate) struct Record {
    pub(super) ts: Timestamp,
    bytes: Vec<u8>,
    /// Checksum of everything that was known when it was encoded.
    checksum: u32,
}

/// The fixed part of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Header {
    pub(super) length: usize,
    checksum: u32,
    pub(super) ts: Timestamp,
    pub(super) previous: Timestamp,
    pub(super) durable: Timestamp,
}

impl Record {
    /// Encodes a commit. The costly part, and done outside of every lock.
    pub(crate) fn encode(commit: &Commit, previous: Timestamp) -> Self {
        let mut bytes = Vec::with_capacity(HEADER + commit.bytes() + ALIGN);
        bytes.resize(HEADER, 0);
        for (key, value) in &commit.writes {
            bytes.extend_from_slice(&length(key.len()).to_le_bytes());
            bytes.extend_from_slice(
                &value
                    .as_ref()
                    .map_or(DELETED, |value| length(value.len()))
                    .to_le_bytes(),
            );
            bytes.extend_from_slice(key);
            bytes.extend_from_slice(value.as_deref().unwrap_or_default());
        }
        Self::new(bytes, commit.ts, previous)
    }

    /// Says that everything up to `ts` is on disk.
    pub(super) fn seal(ts: Timestamp) -> Self {
        Self::new(vec![0; HEADER], ts, ts)
    }

    fn new(mut bytes: Vec<u8>, ts: Timestamp, previous: Timestamp) -> Self {
        let body = bytes.len() - HEADER;
        bytes[..4].copy_from_slice(&length(body).to_le_bytes());
        bytes[8..16].copy_from_slice(&ts.0.to_le_bytes());
        bytes[16..24].copy_from_slice(&previous.0.to_le_bytes());
        let checksum = early_checksum(&bytes);
        bytes.resize(padded(bytes.len()), 0);
        Self { ts, bytes, checksum }
    }

    /// The bytes as they go to the disk.
    pub(super) fn finish(&mut self, durable: Timestamp, segment: SegmentId) -> &[u8] {
        self.bytes[24..32].copy_from_slice(&durable.0.to_le_bytes());
        let checksum = late_checksum(self.checksum, durable, segment);
        self.bytes[4..8].copy_from_slice(&checksum.to_le_bytes());
        &self.bytes
    }

    /// Bytes it takes in the log.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
}

impl Header {
    /// Reads a header; none when it cannot be one. Cheap, for scans over everything.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let number = |at: usize| {
            Some(Timestamp(u64::from_le_bytes(
                bytes.get(at..at + 8)?.try_into().ok()?,
            )))
        };
        let (length, checksum) = (word(0)? as usize, word(4)?);
        let header = Self {
            length,
            checksum,
            ts: number(8)?,
            previous: number(16)?,
            durable: number(24)?,
        };
        let ordered = header.durable <= header.previous && (header.previous < header.ts || header.is_seal());
        (ordered && header.end() <= bytes.len()).then_some(header)
    }

    /// Whether it carries no commit.
    pub(super) fn is_seal(&self) -> bool {
        self.length == 0 && self.ts == self.durable && self.ts == self.previous && self.ts > Timestamp::ZERO
    }

    /// Whether the record at the start of `bytes`, whose header this is, was written whole into this segment.
    pub(super) fn checks(&self, bytes: &[u8], segment: SegmentId) -> bool {
        let early = early_checksum(&bytes[..HEADER + self.length]);
        late_checksum(early, self.durable, segment) == self.checksum
    }

    /// The commit of the record at the start of `bytes`; none when the body is not a list of writes.
    pub(super) fn commit(&self, bytes: &[u8]) -> Option<Commit> {
        let mut body = bytes.get(HEADER..HEADER + self.length)?;
        let mut writes = Vec::new();
        while !body.is_empty() {
            writes.push(decode_write(&mut body)?);
        }
        Some(Commit { ts: self.ts, writes })
    }

    /// Where the next record begins, counted from this one.
    pub(super) fn end(&self) -> usize {
        padded(HEADER + self.length)
    }
}

fn decode_write(body: &mut &[u8]) -> Option<(Key, Option<Payload>)> {
    let key = u32::from_le_bytes(body.split_off(..4)?.try_into().ok()?);
    let value = u32::from_le_bytes(body.split_off(..4)?.try_into().ok()?);
    let key = Key::from(body.split_off(..key as usize)?);
    if value == DELETED {
        return Some((key, None));
    }
    Some((key, Some(Payload::from(body.split_off(..value as usize)?))))
}

/// What is known when a record is encoded: everything but its own place for the checksum and `durable`.
fn early_checksum(bytes: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(&bytes[..4]);
    hasher.update(&bytes[8..24]);
    hasher.update(&bytes[HEADER..]);
    hasher.finalize()
}

fn late_checksum(early: u32, durable: Timestamp, segment: SegmentId) -> u32 {
    let mut hasher = Hasher::new_with_initial(early);
    hasher.update(&durable.0.to_le_bytes());
    hasher.update(&segment.bytes());
    hasher.finalize()
}

fn padded(len: usize) -> usize {
    len.next_multiple_of(ALIGN)
}

/// `Commit::check` keeps every length below 1 GiB.
#[expect(clippy::cast_possible_truncation, reason = "below 1 GiB, see Commit::check")]
fn length(len: usize) -> u32 {
    len as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: SegmentId = SegmentId {
        store: 7,
        sequence: 3,
    };

    fn commit() -> Commit {
        let writes = vec![
            (Key::default(), Some(Payload::default())),
            ("key".into(), None),
            ("kez".into(), Some("value".into())),
        ];
        Commit {
            ts: Timestamp(9),
            writes,
        }
    }

    fn written() -> Vec<u8> {
        Record::encode(&commit(), Timestamp(8))
            .finish(Timestamp(5), HERE)
            .to_vec()
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let bytes = written();
        let header = Header::parse(&bytes).unwrap();
        assert!(header.checks(&bytes, HERE));
        assert_eq!(
            (header.previous, header.durable, header.end()),
            (Timestamp(8), Timestamp(5), bytes.len())
        );
        assert_eq!(header.commit(&bytes), Some(commit()));
    }

    #[test]
    fn what_a_recycled_segment_still_holds_is_no_record() {
        let bytes = written();
        let header = Header::parse(&bytes).unwrap();
        for elsewhere in [SegmentId { sequence: 4, ..HERE }, SegmentId { store: 8, ..HERE }] {
            assert!(!header.checks(&bytes, elsewhere));
        }
    }

    #[test]
    fn a_seal_is_told_from_a_commit_without_writes() {
        let mut seal = Record::seal(Timestamp(9));
        assert!(Header::parse(seal.finish(Timestamp(9), HERE)).unwrap().is_seal());
        let mut empty = Record::encode(
            &Commit {
                ts: Timestamp(9),
                writes: Vec::new(),
            },
            Timestamp(8),
        );
        assert!(!Header::parse(empty.finish(Timestamp(8), HERE)).unwrap().is_seal());
    }
}
