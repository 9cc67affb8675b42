//! Every limit works at its value and fails one past it.

use lunora_core::{
    error::Error,
    limits::{LimitExceeded, Limits},
    table::IndexBounds,
    value::Value,
};

use super::fixture::{ITEMS, insert, item, items, options};
use crate::{
    database::{Database, Freshness, Order, TimeLimitExceeded, Transaction},
    sync::Instant,
};

fn limited(database: &Database, set: impl FnOnce(&mut Limits)) -> Transaction {
    let mut options = options();
    set(&mut options.limits);
    database.begin(Freshness::Ordered, options).unwrap()
}

fn exceeds<T: std::fmt::Debug>(result: Result<T, Error>, name: &str) {
    let error = result.unwrap_err();
    assert_eq!(
        error.downcast_ref::<LimitExceeded>().map(|limit| limit.name),
        Some(name),
        "{error}"
    );
}

fn size() -> u64 {
    let database = items();
    let [id] = insert(&database, [item(1.0, 1.0, "a")])[..] else {
        panic!()
    };
    limited(&database, |_| ()).get(id).unwrap().unwrap().bytes()
}

#[test]
fn documents_read() {
    let database = items();
    let ids = insert(&database, ["a", "b", "c"].map(|key| item(1.0, 1.0, key)));
    let mut transaction = limited(&database, |limits| limits.documents_read = 3);
    transaction.get(ids[0]).unwrap();
    let mut scan = transaction.scan(ITEMS, None, Order::Asc).unwrap();
    assert!(scan.next(&mut transaction).unwrap().is_some());
    assert!(scan.next(&mut transaction).unwrap().is_some());
    exceeds(scan.next(&mut transaction), "documents_read");
}

#[test]
fn what_is_counted_is_not_read() {
    let database = items();
    insert(&database, (0..50_u8).map(|n| item(1.0, 1.0, &n.to_string())));
    let group = IndexBounds {
        index: "by_group",
        equal: vec![Some(Value::from(1.0))],
        lower: None,
        upper: None,
    };
    let counting = |entries| {
        limited(&database, |limits| {
            limits.documents_read = 0;
            limits.entries_counted = entries;
        })
    };
    for bounds in [None, Some(&group)] {
        assert_eq!(counting(50).count(ITEMS, bounds).unwrap(), 50);
        exceeds(counting(49).count(ITEMS, bounds), "entries_counted");
    }
    let mut transaction = counting(99);
    assert_eq!(transaction.count(ITEMS, None).unwrap(), 50);
    exceeds(transaction.count(ITEMS, None), "entries_counted");
}

#[test]
fn a_count_ends_with_its_time() {
    let database = items();
    insert(&database, [item(1.0, 1.0, "a")]);
    let mut over = options();
    over.deadline = Some(Instant::now());
    let mut transaction = database.begin(Freshness::Ordered, over).unwrap();
    let error = transaction.count(ITEMS, None).unwrap_err();
    assert!(error.downcast_ref::<TimeLimitExceeded>().is_some(), "{error}");
}

#[test]
fn bytes_read() {
    let database = items();
    let ids = insert(&database, ["a", "b"].map(|key| item(1.0, 1.0, key)));
    let mut transaction = limited(&database, |limits| limits.bytes_read = 2 * size());
    transaction.get(ids[0]).unwrap();
    transaction.get(ids[1]).unwrap();
    let mut transaction = limited(&database, |limits| limits.bytes_read = 2 * size() - 1);
    transaction.get(ids[0]).unwrap();
    exceeds(transaction.get(ids[1]), "bytes_read");
}

#[test]
fn documents_written() {
    let database = items();
    let mut transaction = limited(&database, |limits| limits.documents_written = 3);
    let id = transaction.insert(ITEMS, item(1.0, 1.0, "a")).unwrap();
    transaction.patch(id, [("rank", None)]).unwrap();
    transaction.delete(id).unwrap();
    exceeds(
        transaction.insert(ITEMS, item(1.0, 1.0, "b")),
        "documents_written",
    );
}

#[test]
fn bytes_written() {
    let database = items();
    let mut transaction = limited(&database, |limits| limits.bytes_written = 2 * size());
    transaction.insert(ITEMS, item(1.0, 1.0, "a")).unwrap();
    transaction.insert(ITEMS, item(1.0, 1.0, "b")).unwrap();
    let mut transaction = limited(&database, |limits| limits.bytes_written = 2 * size() - 1);
    transaction.insert(ITEMS, item(1.0, 1.0, "a")).unwrap();
    exceeds(transaction.insert(ITEMS, item(1.0, 1.0, "b")), "bytes_written");
}

#[test]
fn document_bytes() {
    let database = items();
    let mut transaction = limited(&database, |limits| limits.document_bytes = size());
    let id = transaction.insert(ITEMS, item(1.0, 1.0, "a")).unwrap();
    exceeds(transaction.insert(ITEMS, item(1.0, 1.0, "ab")), "document_bytes");
    exceeds(
        transaction.patch(id, [("key", Some("ab".into()))]),
        "document_bytes",
    );
}

#[test]
fn what_a_rollback_takes_back_does_not_count() {
    let database = items();
    let mut transaction = limited(&database, |limits| limits.documents_written = 1);
    let savepoint = transaction.savepoint();
    transaction.insert(ITEMS, item(1.0, 1.0, "a")).unwrap();
    transaction.rollback(savepoint);
    transaction.insert(ITEMS, item(1.0, 1.0, "a")).unwrap();
    exceeds(
        transaction.insert(ITEMS, item(1.0, 1.0, "b")),
        "documents_written",
    );
}
