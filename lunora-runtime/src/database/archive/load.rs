//! Writing documents into a store that nobody else has opened yet.

use super::super::{document::StoredDocument, index::Index, keys};
use crate::store::{Commit, Key, Payload, Store, StoreError, Timestamp};

/// A batch is committed once its keys and values are this large, so that memory does not grow with what is loaded.
const BATCH_BYTES: usize = 4 << 20;

/// Gathers writes and commits them in batches. No key is written twice in one.
#[derive(Debug)]
pub(super) struct Loader<'a> {
    store: &'a dyn Store,
    writes: Vec<(Key, Option<Payload>)>,
    bytes: usize,
}

impl<'a> Loader<'a> {
    pub(super) fn new(store: &'a dyn Store) -> Self {
        Self {
            store,
            writes: Vec::new(),
            bytes: 0,
        }
    }

    /// Adds a document with its entries in these indexes.
    pub(super) fn document(
        &mut self,
        document: &StoredDocument,
        indexes: &[Index],
    ) -> Result<(), StoreError> {
        for index in indexes {
            self.pair(index.entry(document), Payload::default())?;
        }
        let key = Key::from(&keys::document_key(document.id));
        self.pair(key, document.payload.clone())
    }

    pub(super) fn pair(&mut self, key: Key, payload: Payload) -> Result<(), StoreError> {
        self.bytes += key.len() + payload.len();
        self.writes.push((key, Some(payload)));
        if self.bytes < BATCH_BYTES {
            return Ok(());
        }
        self.commit().map(drop)
    }

    /// Commits what is left; gives the newest commit.
    pub(super) fn commit(&mut self) -> Result<Timestamp, StoreError> {
        let head = self.store.ordered();
        if self.writes.is_empty() {
            return Ok(head);
        }
        let (ts, mut writes) = (Timestamp(head.0 + 1), std::mem::take(&mut self.writes));
        writes.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        self.bytes = 0;
        self.store.append(head, &Commit { ts, writes })?;
        Ok(ts)
    }
}
