//! Reading one document: what the transaction has at hand, what is kept decoded for all, what the store has.

use std::sync::Arc;

use lunora_core::{error::Result, id::DocumentId};

use super::{
    cache::Marked,
    document::StoredDocument,
    error::{CorruptDocument, DocumentNotFound},
    keys,
    tables::ResolvedTable,
    transaction::Transaction,
};
use crate::store::Key;

/// How many decoded documents a transaction keeps; beyond that, what is read again is decoded again.
const HELD_DOCUMENTS: usize = 4096;

/// Whether somebody is likely to look at a document again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    Once,
    Again,
}

impl Transaction {
    /// The document with this id.
    pub fn get(&mut self, id: DocumentId) -> Result<Option<Arc<StoredDocument>>> {
        self.read(id, Looks::Again)
    }

    /// The same for what nobody will look at again soon: it is not brought into the cache, where something else would have
    /// to make room for it.
    pub(crate) fn get_once(&mut self, id: DocumentId) -> Result<Option<Arc<StoredDocument>>> {
        self.read(id, Looks::Once)
    }

    /// What is known of a document without a look into it, if it was marked when it was written last. A read like any
    /// other.
    pub(crate) fn marked(&mut self, id: DocumentId) -> Option<Marked> {
        if self.writes.get(&keys::document_key(id)).is_some() {
            return None;
        }
        self.reads.point(id);
        self.cache.marked(id, self.snapshot_ts())
    }

    fn read(&mut self, id: DocumentId, looks: Looks) -> Result<Option<Arc<StoredDocument>>> {
        self.check_time()?;
        let table = self.table(id.table)?;
        let document = self.load_by(&table, id, looks)?;
        if let Some(document) = &document {
            self.count_read(&table, document.bytes())?;
        }
        Ok(document)
    }

    pub(super) fn existing(&mut self, id: DocumentId) -> Result<(Arc<ResolvedTable>, Arc<StoredDocument>)> {
        self.check_time()?;
        let table = self.table(id.table)?;
        match self.load(&table, id)? {
            Some(document) => Ok((table, document)),
            None => Err(DocumentNotFound {
                table: table.schema.name,
                id,
            }
            .into()),
        }
    }

    /// The document as this transaction sees it. Records the read and counts nothing.
    pub(super) fn load(
        &mut self,
        table: &ResolvedTable,
        id: DocumentId,
    ) -> Result<Option<Arc<StoredDocument>>> {
        self.load_by(table, id, Looks::Again)
    }

    fn load_by(
        &mut self,
        table: &ResolvedTable,
        id: DocumentId,
        looks: Looks,
    ) -> Result<Option<Arc<StoredDocument>>> {
        if let Some(document) = self.documents.get(id) {
            return Ok(Some(document.clone()));
        }
        let key = keys::document_key(id);
        if let Some(own) = self.writes.get(&key) {
            let own = own.clone();
            return own.map(|payload| self.decode(table, id, payload)).transpose();
        }
        self.reads.point(id);
        let at = self.snapshot_ts();
        let kept = (looks == Looks::Again).then(|| self.cache.document(id, at));
        if let Some(document) = kept.flatten() {
            self.hold(&document);
            return Ok(Some(document));
        }
        let Some(payload) = self.snapshot.get(&key)? else {
            return Ok(None);
        };
        let document = self.decode(table, id, payload)?;
        if looks == Looks::Again {
            self.cache.keep_document(&document, at);
        }
        Ok(Some(document))
    }

    /// Decodes a document and holds it for later.
    pub(super) fn decode(
        &mut self,
        table: &ResolvedTable,
        id: DocumentId,
        payload: Key,
    ) -> Result<Arc<StoredDocument>> {
        let table = table.schema.name;
        let document =
            StoredDocument::decode(id, payload).map_err(|reason| CorruptDocument { table, id, reason })?;
        let document = Arc::new(document);
        self.hold(&document);
        Ok(document)
    }

    fn hold(&mut self, document: &Arc<StoredDocument>) {
        if self.documents.len() < HELD_DOCUMENTS {
            self.documents.insert(Arc::clone(document));
        }
    }
}
