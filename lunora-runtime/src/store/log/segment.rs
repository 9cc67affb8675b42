//! One file of the log: its name, its header and the space in it.
//!
//! ```text
//! 0   magic     8 bytes  "LUNORLOG"
//! 8   version   u32      2
//! 12  crc32     u32      of what is around it: version, store, sequence, length
//! 16  store     u64      identity of the store
//! 24  sequence  u64      number of the segment, from 1; the file's name
//! 32  length    u64      bytes the file was made with, before the header was written; it may have grown
//! 40  zeros     24 bytes
//! 64  records
//! ```
//!
//! Numbers are little-endian. The checksum of every record covers store and sequence, so what a recycled file
//! still holds of its former life is no record any more.

use std::path::{Path, PathBuf};

use super::files::LogFile;

pub(super) const HEADER: u64 = 64;
pub(super) const HEADER_BYTES: usize = 64;
const MAGIC: &[u8; 8] = b"LUNORLOG";
const VERSION: u32 = 2;

/// Which segment of which store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SegmentId {
    pub(crate) store: u64,
    pub(crate) sequence: u64,
}

/// An open segment.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) id: SegmentId,
    pub(crate) path: PathBuf,
    pub(crate) len: u64,
    pub(crate) file: Box<dyn LogFile>,
}

impl SegmentId {
    pub(super) fn path(self, dir: &Path) -> PathBuf {
        dir.join(format!("{:020}.log", self.sequence))
    }

    /// The header of a file that was made with `len` bytes.
    pub(super) fn header(self, len: u64) -> [u8; HEADER_BYTES] {
        let mut header = [0; HEADER_BYTES];
        header[..8].copy_from_slice(MAGIC);
        header[8..12].copy_from_slice(&VERSION.to_le_bytes());
        header[12..16].copy_from_slice(&self.checksum(len).to_le_bytes());
        header[16..24].copy_from_slice(&self.store.to_le_bytes());
        header[24..32].copy_from_slice(&self.sequence.to_le_bytes());
        header[32..40].copy_from_slice(&len.to_le_bytes());
        header
    }

    fn checksum(self, len: u64) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&VERSION.to_le_bytes());
        hasher.update(&self.bytes());
        hasher.update(&len.to_le_bytes());
        hasher.finalize()
    }

    /// What the checksums of the header and of every record cover at least.
    pub(super) fn bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.store.to_le_bytes());
        bytes[8..].copy_from_slice(&self.sequence.to_le_bytes());
        bytes
    }

    /// Reads a header, with the length the file was made with; none when it is not one.
    pub(super) fn parse(header: &[u8]) -> Option<(Self, u64)> {
        let field = |from: usize| Some(u64::from_le_bytes(header.get(from..from + 8)?.try_into().ok()?));
        let (store, sequence, len) = (field(16)?, field(24)?, field(32)?);
        let id = Self { store, sequence };
        (header.get(..HEADER_BYTES)? == id.header(len)).then_some((id, len))
    }
}

/// The number in a segment's file name; none when it is something else.
pub(super) fn sequence(path: &Path) -> Option<u64> {
    if path.extension()? != "log" {
        return None;
    }
    path.file_stem()?.to_str()?.parse().ok()
}
