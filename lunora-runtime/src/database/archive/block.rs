//! One block of an export: framed, checked, compressed.

use std::io::{self, Read, Write};

use crc32fast::Hasher;
use miniz_oxide::{deflate::compress_to_vec, inflate::decompress_to_vec_with_limit};

use super::error::ArchiveError;

/// Higher levels take several times as long for a twentieth of the size.
const LEVEL: u8 = 1;
const HEADER_BYTES: usize = 13;
/// A block holds one document at least, and no commit, so no document, is larger than 1 GiB.
const MAX_LENGTH: u32 = (1 << 30) + (1 << 16);

/// What is in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Manifest,
    Documents,
    End,
}

impl Kind {
    const fn code(self) -> u8 {
        match self {
            Self::Manifest => 1,
            Self::Documents => 2,
            Self::End => 3,
        }
    }

    fn of(code: u8) -> Option<Self> {
        [Self::Manifest, Self::Documents, Self::End]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// A block as it was read.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) kind: Kind,
    pub(super) payload: Vec<u8>,
}

/// Writes block `number`.
pub(super) fn write(out: &mut impl Write, number: u64, kind: Kind, payload: &[u8]) -> io::Result<()> {
    let too_large = |_| {
        io::Error::new(
            io::ErrorKind::FileTooLarge,
            "a block of an export is at most 1 GiB",
        )
    };
    let length = u32::try_from(payload.len()).map_err(too_large)?;
    let stored = compress_to_vec(payload, LEVEL);
    let mut header = [0; HEADER_BYTES];
    header[0] = kind.code();
    header[1..5].copy_from_slice(&u32::try_from(stored.len()).map_err(too_large)?.to_le_bytes());
    header[5..9].copy_from_slice(&length.to_le_bytes());
    let crc = checksum(number, &header[..9], &stored);
    header[9..].copy_from_slice(&crc.to_le_bytes());
    out.write_all(&header)?;
    out.write_all(&stored)
}

/// Reads block `number`, which begins at byte `at`.
pub(super) fn read(input: &mut impl Read, number: u64, at: u64) -> Result<Block, ArchiveError> {
    let damaged = |reason| ArchiveError::Damaged { at, reason };
    let mut header = [0; HEADER_BYTES];
    input
        .read_exact(&mut header)
        .map_err(|error| broken_off(error, at))?;
    let [code, sizes @ ..] = header;
    let word =
        |from: usize| u32::from_le_bytes([sizes[from], sizes[from + 1], sizes[from + 2], sizes[from + 3]]);
    let (stored, length, crc) = (word(0), word(4), word(8));
    let kind = Kind::of(code).ok_or_else(|| damaged("there is no such kind of block"))?;
    // What does not compress grows by a few bytes in a few thousand.
    if length > MAX_LENGTH || stored > MAX_LENGTH + (MAX_LENGTH >> 8) {
        return Err(damaged("a block cannot be this large"));
    }
    // Grows with what is there, not with what the header says.
    let mut bytes = Vec::new();
    let read = input.take(u64::from(stored)).read_to_end(&mut bytes)?;
    if read < stored as usize {
        return Err(ArchiveError::CutOff {
            at: at + (HEADER_BYTES + read) as u64,
        });
    }
    if crc != checksum(number, &header[..9], &bytes) {
        return Err(damaged("the checksum of a block does not match"));
    }
    let payload = decompress_to_vec_with_limit(&bytes, length as usize);
    let payload = payload.map_err(|_| damaged("a block cannot be decompressed"))?;
    if payload.len() != length as usize {
        return Err(damaged("a block is shorter than it says"));
    }
    Ok(Block { kind, payload })
}

/// The end of the input is the end of an export that was cut off.
pub(super) fn broken_off(error: io::Error, at: u64) -> ArchiveError {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        ArchiveError::CutOff { at }
    } else {
        ArchiveError::Io(error)
    }
}

/// With its number, so that blocks which were moved or lost are found out.
fn checksum(number: u64, head: &[u8], stored: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.update(head);
    hasher.update(stored);
    hasher.finalize()
}
