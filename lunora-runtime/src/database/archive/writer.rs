//! Writing an export from its first byte to its last.

use std::io::{self, Write};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{
    MAGIC, VERSION,
    block::{self, Kind},
    manifest::{End, Manifest},
};

/// An export that is being written.
#[derive(Debug)]
pub(super) struct ArchiveWriter<W> {
    out: Counted<W>,
    blocks: u64,
}

/// Counts and hashes what passes.
#[derive(Debug)]
struct Counted<W> {
    out: W,
    bytes: u64,
    hash: Sha256,
}

impl<W: Write> ArchiveWriter<W> {
    pub(super) fn begin(out: W, manifest: &Manifest) -> io::Result<Self> {
        let mut out = Counted {
            out,
            bytes: 0,
            hash: Sha256::new(),
        };
        out.write_all(MAGIC)?;
        out.write_all(&VERSION.to_le_bytes())?;
        let mut writer = Self { out, blocks: 0 };
        writer.write(Kind::Manifest, &serde_json::to_vec(manifest)?)?;
        Ok(writer)
    }

    pub(super) fn documents(&mut self, payload: &[u8]) -> io::Result<()> {
        self.write(Kind::Documents, payload)
    }

    /// Writes the end; gives the length of the export in bytes.
    pub(super) fn end(mut self) -> io::Result<u64> {
        let sha256 = HEXLOWER.encode(&self.out.hash.clone().finalize());
        self.write(Kind::End, &serde_json::to_vec(&End { sha256 })?)?;
        self.out.flush()?;
        Ok(self.out.bytes)
    }

    fn write(&mut self, kind: Kind, payload: &[u8]) -> io::Result<()> {
        block::write(&mut self.out, self.blocks, kind, payload)?;
        self.blocks += 1;
        Ok(())
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
