//! Several documents at once.

use std::sync::Arc;

use lunora_core::{error::Result, id::DocumentId};

use super::{document::StoredDocument, transaction::Transaction};

impl Transaction {
    /// The documents with these ids, in their order; `None` where there is none.
    ///
    /// They are read in the order of their keys: neighbours lie on one page of the store, which then is read once
    /// however small its cache, and the disk is gone through in one direction.
    pub fn get_many(&mut self, ids: &[DocumentId]) -> Result<Vec<Option<Arc<StoredDocument>>>> {
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_unstable_by_key(|place| ids[*place]);
        let mut found = vec![None; ids.len()];
        for place in order {
            found[place] = self.get(ids[place])?;
        }
        Ok(found)
    }
}
