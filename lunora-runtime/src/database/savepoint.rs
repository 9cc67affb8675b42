//! Where a nested mutation began, so that its failure takes back its writes and nothing else.

use super::{keys, meter::Amount, transaction::Transaction};

/// A place in a transaction's writes.
#[derive(Debug, Clone, Copy)]
pub struct Savepoint {
    writes: usize,
    stamps: usize,
    written: Amount,
}

impl Transaction {
    /// Marks this place.
    pub fn savepoint(&mut self) -> Savepoint {
        Savepoint {
            writes: self.writes.mark(),
            stamps: self.stamps.len(),
            written: self.meter.written(),
        }
    }

    /// Takes back what was written since `savepoint`. What was read stays read, so that a conflict with the reason of
    /// the failure still runs the whole mutation again.
    pub fn rollback(&mut self, savepoint: Savepoint) {
        for key in self.writes.undo_to(savepoint.writes) {
            if let Some(id) = keys::document_id(&key) {
                self.documents.remove(id);
            }
        }
        self.stamps.truncate(savepoint.stamps);
        self.meter.restore(savepoint.written);
    }
}
