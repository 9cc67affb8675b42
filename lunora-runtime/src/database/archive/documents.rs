//! The documents in a block: the number of their table, then each with id and length.

use lunora_core::id::RANDOM_BYTES;

const LENGTH_BYTES: usize = 4;

/// A block of documents that is being put together.
#[derive(Debug)]
pub(super) struct Filling {
    payload: Vec<u8>,
    table: [u8; 4],
}

/// A block is written once it is this large. Larger ones compress no better.
const ENOUGH: usize = 256 << 10;

impl Filling {
    pub(super) fn new(table: u32) -> Self {
        let table = table.to_le_bytes();
        Self {
            payload: table.to_vec(),
            table,
        }
    }

    /// Adds a document, whose stored bytes are at most 1 GiB.
    pub(super) fn push(&mut self, id: [u8; RANDOM_BYTES], stored: &[u8]) {
        self.payload.extend_from_slice(&id);
        // The store takes no commit above 1 GiB.
        let length = u32::try_from(stored.len()).unwrap_or(u32::MAX);
        self.payload.extend_from_slice(&length.to_le_bytes());
        self.payload.extend_from_slice(stored);
    }

    pub(super) fn is_enough(&self) -> bool {
        self.payload.len() >= ENOUGH
    }

    pub(super) fn is_empty(&self) -> bool {
        self.payload.len() == self.table.len()
    }

    /// The block, which begins anew.
    pub(super) fn take(&mut self) -> Vec<u8> {
        let next = Vec::with_capacity(self.payload.capacity());
        let full = std::mem::replace(&mut self.payload, next);
        self.payload.extend_from_slice(&self.table);
        full
    }
}

/// One document in a block: the random part of its id, and its stored bytes.
pub(super) type Packed<'a> = ([u8; RANDOM_BYTES], &'a [u8]);

/// The number of the table; none when there is none.
pub(super) fn table(payload: &[u8]) -> Option<u32> {
    payload.first_chunk().map(|number| u32::from_le_bytes(*number))
}

/// The documents of a block; an error where the bytes are none.
pub(super) fn all(payload: &[u8]) -> impl Iterator<Item = Result<Packed<'_>, NoDocument>> {
    let mut rest = payload.get(4..).unwrap_or_default();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let packed = split(&mut rest).ok_or(NoDocument);
        if packed.is_err() {
            rest = &[];
        }
        Some(packed)
    })
}

/// The bytes of a block are not documents.
#[derive(Debug)]
pub(super) struct NoDocument;

fn split<'a>(rest: &mut &'a [u8]) -> Option<Packed<'a>> {
    let id = rest.split_off(..RANDOM_BYTES)?.try_into().ok()?;
    let length = u32::from_le_bytes(rest.split_off(..LENGTH_BYTES)?.try_into().ok()?);
    Some((id, rest.split_off(..length as usize)?))
}
