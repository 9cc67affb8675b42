//! Nested mutations: writes are taken back, reads are kept.

use lunora_core::value::Value;

use super::fixture::{ITEMS, begin, insert, item, items};
use crate::database::{CommitError, Order};

#[test]
fn a_rollback_takes_back_documents_and_entries() {
    let database = items();
    let [kept] = insert(&database, [item(1.0, 1.0, "kept")])[..] else {
        panic!()
    };
    let mut transaction = begin(&database);
    let before = transaction.insert(ITEMS, item(1.0, 2.0, "before")).unwrap();
    let outer = transaction.savepoint();
    transaction.patch(before, [("rank", Some(9.0.into()))]).unwrap();
    transaction.delete(kept).unwrap();
    let inner = transaction.savepoint();
    let gone = transaction.insert(ITEMS, item(1.0, 3.0, "gone")).unwrap();
    transaction.rollback(inner);
    assert_eq!(transaction.get(gone).unwrap(), None);
    assert_eq!(transaction.get(kept).unwrap(), None);
    transaction.rollback(outer);
    assert_eq!(
        transaction.get(kept).unwrap().unwrap().fields,
        item(1.0, 1.0, "kept")
    );
    assert_eq!(
        transaction.get(before).unwrap().unwrap().fields,
        item(1.0, 2.0, "before")
    );
    // What was free before is free again.
    transaction.insert(ITEMS, item(1.0, 3.0, "gone")).unwrap();
    database.commit(transaction).unwrap();
    assert_eq!(begin(&database).count(ITEMS, None).unwrap(), 3);
    assert!(database.check(|_| ()).unwrap().is_clean());
}

#[test]
fn a_stamp_from_before_a_savepoint_survives_it() {
    let database = items();
    let mut transaction = begin(&database);
    let id = transaction.insert(ITEMS, item(1.0, 1.0, "a")).unwrap();
    transaction.stamp(id, "ts").unwrap();
    transaction.stamp(id, "again").unwrap();
    let savepoint = transaction.savepoint();
    transaction.patch(id, [("rank", None)]).unwrap();
    transaction.rollback(savepoint);
    let ts = database.commit(transaction).unwrap();
    let document = begin(&database).get(id).unwrap().unwrap();
    for field in ["ts", "again"] {
        assert_eq!(
            document.fields.get(field).and_then(Value::as_i64),
            i64::try_from(ts.0).ok()
        );
    }
}

#[test]
fn a_rollback_of_everything_is_read_only_again() {
    let database = items();
    let mut transaction = begin(&database);
    let savepoint = transaction.savepoint();
    let id = transaction.insert(ITEMS, item(1.0, 1.0, "a")).unwrap();
    transaction.stamp(id, "ts").unwrap();
    assert!(!transaction.is_read_only());
    transaction.rollback(savepoint);
    assert!(transaction.is_read_only());
}

#[test]
fn what_was_read_before_a_rollback_still_conflicts() {
    let database = items();
    let ids = insert(&database, [item(1.0, 1.0, "a"), item(2.0, 1.0, "b")]);
    let mut transaction = begin(&database);
    let savepoint = transaction.savepoint();
    let mut scan = transaction.scan(ITEMS, None, Order::Asc).unwrap();
    scan.next(&mut transaction).unwrap();
    transaction.rollback(savepoint);
    transaction.patch(ids[1], [("rank", Some(5.0.into()))]).unwrap();

    let mut other = begin(&database);
    other.patch(ids[0], [("rank", Some(5.0.into()))]).unwrap();
    database.commit(other).unwrap();
    assert!(matches!(database.commit(transaction), Err(CommitError::Conflict)));
}
