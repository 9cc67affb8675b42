//! Several documents at once are those that one gets one by one.

use lunora_core::id::DocumentId;

use super::fixture::{ITEMS, begin, insert, item, items, items_schema, memory, open, options};
use crate::database::Freshness;

#[test]
fn they_come_in_the_order_of_their_ids_as_asked_for() {
    let database = items();
    let stored = insert(
        &database,
        (0..50_u8).map(|n| item(f64::from(n), 0.0, &n.to_string())),
    );
    let mut transaction = begin(&database);
    let own = transaction.insert(ITEMS, item(0.0, 0.0, "own")).unwrap();
    transaction
        .patch(stored[3], [("rank", Some(7.0.into()))])
        .unwrap();
    transaction.delete(stored[4]).unwrap();
    let nobody = DocumentId {
        table: ITEMS,
        random: [9; 16],
    };
    let mut ids: Vec<_> = stored.iter().rev().copied().collect();
    ids.extend([own, stored[3], nobody, stored[4], stored[3], stored[0]]);
    let together = transaction.get_many(&ids).unwrap();
    let one_by_one: Vec<_> = ids.iter().map(|id| transaction.get(*id).unwrap()).collect();
    assert_eq!(together, one_by_one);
    for (id, document) in ids.iter().zip(together) {
        assert!(document.is_none_or(|document| document.id == *id));
    }
    assert!(transaction.get_many(&[]).unwrap().is_empty());
}

#[test]
fn they_count_as_the_documents_that_they_are() {
    let store = memory();
    let database = open(&store, items_schema());
    let ids = insert(&database, (0..4_u8).map(|n| item(0.0, 0.0, &n.to_string())));
    let mut limited = options();
    limited.limits.documents_read = 3;
    let mut transaction = database.begin(Freshness::Ordered, limited).unwrap();
    transaction.get_many(&ids[..3]).unwrap();
    let refused = transaction.get_many(&ids[3..]).unwrap_err().to_string();
    assert!(refused.contains("documents_read"), "{refused}");
}
