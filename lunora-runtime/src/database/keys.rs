//! Where documents and index entries lie in the store.
//!
//! ```text
//! document     [table 4][0][id 16]                                          creation time, fields
//! index entry  [table 4][1][index number 4][key parts][creation time 8][id 16]     (empty)
//! ```
//! The system's own keys have the table tag 0, which no table may have.

use lunora_core::{
    id::{DocumentId, RANDOM_BYTES, TableTag},
    key::prefix_successor,
};

use crate::store::{Key, KeyRange};

const DOCUMENTS: u8 = 0;
const INDEXES: u8 = 1;
const TABLE_BYTES: usize = 4;
/// Length of a document's key.
pub(super) const DOCUMENT_KEY_BYTES: usize = TABLE_BYTES + 1 + RANDOM_BYTES;
/// Every index entry ends with creation time and id.
pub(super) const ENTRY_TAIL_BYTES: usize = 8 + RANDOM_BYTES;

/// The tag under which the database keeps its own records.
pub(super) const SYSTEM: TableTag = TableTag::from_bytes([0; TABLE_BYTES]);

/// The key of one of the system's own records.
pub(super) fn system_key(name: &str) -> Key {
    [&SYSTEM.to_bytes()[..], name.as_bytes()].concat().into()
}

/// The key of a document, on the stack.
pub(super) fn document_key(id: DocumentId) -> [u8; DOCUMENT_KEY_BYTES] {
    let mut key = [DOCUMENTS; DOCUMENT_KEY_BYTES];
    key[..TABLE_BYTES].copy_from_slice(&id.table.to_bytes());
    key[TABLE_BYTES + 1..].copy_from_slice(&id.random);
    key
}

/// The document that lies at `key`, if `key` is one of a document.
pub(super) fn document_id(key: &[u8]) -> Option<DocumentId> {
    let (table, rest) = key.split_first_chunk()?;
    let (&DOCUMENTS, random) = rest.split_first()? else {
        return None;
    };
    Some(DocumentId {
        table: TableTag::from_bytes(*table),
        random: random.try_into().ok()?,
    })
}

/// What the keys of all documents of a table begin with.
pub(super) fn document_prefix(table: TableTag) -> Vec<u8> {
    let mut key = Vec::with_capacity(DOCUMENT_KEY_BYTES);
    key.extend_from_slice(&table.to_bytes());
    key.push(DOCUMENTS);
    key
}

/// All documents of a table, by id.
pub(super) fn documents(table: TableTag) -> KeyRange {
    KeyRange::prefix(&document_prefix(table))
}

/// What all entries of an index begin with.
pub(super) fn index_prefix(table: TableTag, number: u32) -> Vec<u8> {
    let mut key = Vec::with_capacity(64);
    key.extend_from_slice(&table.to_bytes());
    key.push(INDEXES);
    key.extend_from_slice(&number.to_be_bytes());
    key
}

/// Ends an index entry.
pub(super) fn push_entry_tail(key: &mut Vec<u8>, creation_time: f64, id: DocumentId) {
    key.extend_from_slice(&ordered_time(creation_time));
    key.extend_from_slice(&id.random);
}

/// The table and the number of the index whose entry lies at `key`, if `key` is one of an entry.
pub(super) fn entry_index(key: &[u8]) -> Option<(TableTag, u32)> {
    let (table, rest) = key.split_first_chunk()?;
    let (&INDEXES, rest) = rest.split_first()? else {
        return None;
    };
    let number = u32::from_be_bytes(*rest.first_chunk()?);
    Some((TableTag::from_bytes(*table), number))
}

/// The part of a key that says in which table or index it lies.
pub(super) fn area(key: &[u8]) -> &[u8] {
    let area = match key.get(TABLE_BYTES) {
        Some(&INDEXES) => TABLE_BYTES + 1 + size_of::<u32>(),
        _ => TABLE_BYTES + 1,
    };
    &key[..key.len().min(area)]
}

/// The values of an index entry, one key part after the other, and what follows them.
pub(super) fn entry_fields(entry: &[u8]) -> Option<&[u8]> {
    entry.get(TABLE_BYTES + 1 + size_of::<u32>()..)
}

/// The part of an index entry that stands for the fields.
pub(super) fn entry_values(entry: &[u8]) -> &[u8] {
    &entry[..entry.len().saturating_sub(ENTRY_TAIL_BYTES)]
}

/// The document that an index entry of `table` stands for.
pub(super) fn entry_id(table: TableTag, entry: &[u8]) -> Option<DocumentId> {
    Some(DocumentId {
        table,
        random: *entry.last_chunk()?,
    })
}

/// Eight bytes whose order is the order of the times.
pub(super) fn ordered_time(time: f64) -> [u8; 8] {
    let bits = time.to_bits();
    let ordered = if bits >> 63 == 0 { bits ^ (1 << 63) } else { !bits };
    ordered.to_be_bytes()
}

/// The smallest key above `key`.
pub(super) fn above(key: &[u8]) -> Key {
    let mut next = Vec::with_capacity(key.len() + 1);
    next.extend_from_slice(key);
    next.push(0);
    next.into()
}

/// The smallest key above everything that begins with `prefix`.
pub(super) fn above_prefix(prefix: &[u8]) -> Option<Key> {
    prefix_successor(prefix).map(Key::from)
}
