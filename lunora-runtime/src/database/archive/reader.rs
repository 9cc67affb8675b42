//! Reading an export, and refusing what is none or not whole.

use std::io::{self, BufReader, Read};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{
    MAGIC, VERSION,
    block::{self, Block, Kind, broken_off},
    documents,
    error::ArchiveError,
    manifest::{End, Manifest},
};

/// An export that is being read. What it gives has been checked up to there; that nothing is missing is known at its end.
#[derive(Debug)]
pub(super) struct ArchiveReader<R> {
    input: Counted<BufReader<R>>,
    blocks: u64,
}

/// What no two exports have in common.
pub(super) type Fingerprint = [u8; 32];

/// Checks every byte of an export, not what its documents are; gives its manifest.
pub fn inspect(input: impl Read) -> Result<Manifest, ArchiveError> {
    let (mut reader, manifest) = ArchiveReader::begin(input)?;
    while reader.next()?.is_some() {}
    Ok(manifest)
}

/// Counts and hashes what passes.
#[derive(Debug)]
struct Counted<R> {
    input: R,
    bytes: u64,
    hash: Sha256,
}

impl<R: Read> ArchiveReader<R> {
    /// Reads the manifest.
    pub(super) fn begin(input: R) -> Result<(Self, Manifest), ArchiveError> {
        let mut input = Counted {
            input: BufReader::with_capacity(1 << 16, input),
            bytes: 0,
            hash: Sha256::new(),
        };
        read_head(&mut input)?;
        let mut reader = Self { input, blocks: 0 };
        let at = reader.input.bytes;
        match reader.block()? {
            Block {
                kind: Kind::Manifest,
                payload,
            } => Ok((reader, parse(&payload, at)?)),
            _ => Err(ArchiveError::Damaged {
                at,
                reason: "it does not begin with its manifest",
            }),
        }
    }

    /// The number of a table, and a block of its documents; none at the end, which has been checked then.
    pub(super) fn next(&mut self) -> Result<Option<(usize, Vec<u8>)>, ArchiveError> {
        let (at, sha256) = (self.input.bytes, self.input.hash.clone());
        let damaged = |reason| Err(ArchiveError::Damaged { at, reason });
        let Block { kind, payload } = self.block()?;
        match kind {
            Kind::Manifest => damaged("it has a second manifest"),
            Kind::Documents => match documents::table(&payload) {
                Some(table) => Ok(Some((table as usize, payload))),
                None => damaged("a block of documents has no table"),
            },
            Kind::End => {
                let End { sha256: expected } = parse(&payload, at)?;
                if expected != HEXLOWER.encode(&sha256.finalize()) {
                    return damaged("the checksum of the whole does not match");
                }
                self.expect_nothing()?;
                Ok(None)
            }
        }
    }

    /// Stands for all that has been read.
    pub(super) fn fingerprint(self) -> Fingerprint {
        self.input.hash.finalize().into()
    }

    fn block(&mut self) -> Result<Block, ArchiveError> {
        let at = self.input.bytes;
        let block = block::read(&mut self.input, self.blocks, at)?;
        self.blocks += 1;
        Ok(block)
    }

    fn expect_nothing(&mut self) -> Result<(), ArchiveError> {
        let at = self.input.bytes;
        match self.input.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(ArchiveError::Damaged {
                at,
                reason: "something follows its end",
            }),
        }
    }
}

fn read_head(input: &mut impl Read) -> Result<(), ArchiveError> {
    let mut magic = [0; MAGIC.len()];
    match input.read_exact(&mut magic) {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error.into()),
        Ok(()) if magic == *MAGIC => {}
        _ => return Err(ArchiveError::NotAnExport),
    }
    let mut version = [0; 4];
    input
        .read_exact(&mut version)
        .map_err(|error| broken_off(error, MAGIC.len() as u64))?;
    match u32::from_le_bytes(version) {
        VERSION => Ok(()),
        version => Err(ArchiveError::OtherVersion { version }),
    }
}

/// The checksum matched, so what is no JSON of ours was written by somebody else.
fn parse<T: serde::de::DeserializeOwned>(payload: &[u8], at: u64) -> Result<T, ArchiveError> {
    serde_json::from_slice(payload).map_err(|_| ArchiveError::Damaged {
        at,
        reason: "a block is not the JSON that it should be",
    })
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(bytes)?;
        self.hash.update(&bytes[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}
