//! The documents that a transaction has at hand.

use std::{collections::HashMap, sync::Arc};

use lunora_core::id::DocumentId;
use smallvec::SmallVec;

use super::document::StoredDocument;

/// So many are looked through one by one, in the transaction itself.
const FEW: usize = 4;

/// Documents by id.
#[derive(Default)]
pub(super) struct Held {
    few: SmallVec<[Arc<StoredDocument>; FEW]>,
    /// All of them, once they are more than few.
    many: HashMap<DocumentId, Arc<StoredDocument>, foldhash::fast::RandomState>,
}

impl Held {
    pub(super) fn len(&self) -> usize {
        self.few.len() + self.many.len()
    }

    pub(super) fn get(&self, id: DocumentId) -> Option<&Arc<StoredDocument>> {
        if self.many.is_empty() {
            self.few.iter().find(|document| document.id == id)
        } else {
            self.many.get(&id)
        }
    }

    /// In the place of the one with this id, if there is one.
    pub(super) fn insert(&mut self, document: Arc<StoredDocument>) {
        if self.many.is_empty() {
            if let Some(held) = self.few.iter_mut().find(|held| held.id == document.id) {
                *held = document;
                return;
            }
            if self.few.len() < FEW {
                self.few.push(document);
                return;
            }
            let few = self.few.drain(..);
            self.many.extend(few.map(|document| (document.id, document)));
        }
        self.many.insert(document.id, document);
    }

    pub(super) fn remove(&mut self, id: DocumentId) -> Option<Arc<StoredDocument>> {
        if !self.many.is_empty() {
            return self.many.remove(&id);
        }
        let place = self.few.iter().position(|document| document.id == id)?;
        Some(self.few.swap_remove(place))
    }
}

#[cfg(test)]
mod tests {
    use lunora_core::{id::TableTag, value::Object};

    use super::*;

    fn document(number: u8, creation_time: f64) -> Arc<StoredDocument> {
        let id = DocumentId {
            table: TableTag::of("items"),
            random: [number; 16],
        };
        Arc::new(StoredDocument::encode(id, creation_time, Object::new()))
    }

    #[test]
    fn few_or_many_it_holds_the_last_one_of_each_id() {
        let mut held = Held::default();
        for number in 0..12 {
            for time in [1.0, 2.0] {
                held.insert(document(number, time));
            }
            let gone = document(number / 2, 0.0).id;
            assert_eq!(held.remove(gone).is_some(), number % 2 == 0, "{number}");
            for earlier in 0..=number {
                let found = held.get(document(earlier, 0.0).id);
                let expected = (earlier > number / 2).then_some(2.0);
                assert_eq!(
                    found.map(|document| document.creation_time),
                    expected,
                    "{number} {earlier}"
                );
            }
            assert_eq!(held.len(), usize::from(number - number / 2));
        }
    }
}
