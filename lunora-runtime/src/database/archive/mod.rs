//! Exports: all documents of one moment in one compressed file, and the way back into a store.
//!
//! ```text
//! 0   magic     8 bytes  "LUNOREXP"
//! 8   version   u32      1
//! 12  blocks
//! ```
//!
//! A block is
//!
//! ```text
//! 0   kind      u8       1 the manifest, 2 documents of one table, 3 the end
//! 1   stored    u32      bytes of the payload as it stands here
//! 5   length    u32      bytes of the payload before it was compressed (DEFLATE, RFC 1951)
//! 9   crc32     u32      of the number of the block (u64, from 0), kind, stored, length and payload
//! 13  payload
//! ```
//!
//! Numbers are little-endian. The first block is the manifest, JSON: see [`Manifest`]. Then come the documents, table by
//! table in the order of the manifest and by id within one: the number of the table (u32), then for each document the
//! random part of its id (16 bytes), a length (u32) and so many bytes as the store has them. The last block is JSON with
//! the SHA-256 of everything before it; nothing follows.
//!
//! Index entries are not in it: they follow from the documents. So an export belongs to no application and no
//! schema in particular; whether its documents fit one is decided when it is imported.

mod block;
mod contents;
mod documents;
mod error;
mod export;
mod import;
mod load;
mod manifest;
mod reader;
mod report;
mod writer;

pub use self::{
    error::{ArchiveError, ExportError, ImportError},
    export::{ExportOptions, export},
    import::{ImportMode, ImportOptions, Joining, import},
    manifest::{IndexEntry, Manifest, TableEntry},
    reader::inspect,
    report::{ExportReport, ImportReport},
};

const MAGIC: &[u8; 8] = b"LUNOREXP";
/// Of everything that is said above, and of the encoding of documents.
const VERSION: u32 = 1;

#[cfg(test)]
pub(super) use self::contents::look_through;
