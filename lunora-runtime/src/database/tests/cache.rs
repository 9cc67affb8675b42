//! What is kept for the next reader never shows anyone another moment than the one they read at.

use std::sync::Arc;

use lunora_core::{
    id::DocumentId,
    value::{Object, Value},
};

use super::fixture::{ITEMS, begin, by_key, insert, item, items, items_schema, memory, open};
use crate::{
    database::{
        CommitError, Database, Order, Transaction,
        cache::{ReadCache, Touched},
        document::StoredDocument,
    },
    store::Timestamp,
};

/// The rank of the item with this key.
fn rank(transaction: &mut Transaction, key: &str) -> Option<f64> {
    let mut scan = transaction.scan(ITEMS, Some(&by_key(key)), Order::Asc).unwrap();
    let found = scan.next(transaction).unwrap()?;
    assert!(scan.next(transaction).unwrap().is_none());
    match found.fields.get("rank") {
        Some(Value::Float64(rank)) => Some(*rank),
        other => panic!("{other:?}"),
    }
}

fn set(database: &Database, id: DocumentId, field: &str, value: impl Into<Value>) {
    let mut transaction = begin(database);
    transaction.patch(id, [(field, Some(value.into()))]).unwrap();
    database.commit(transaction).unwrap();
}

#[test]
fn a_reader_of_an_older_snapshot_sees_the_older_document() {
    let database = items();
    let [id] = insert(&database, [item(1.0, 1.0, "a")])[..] else {
        panic!()
    };
    let (mut old, mut older) = (begin(&database), begin(&database));
    assert_eq!(rank(&mut old, "a"), Some(1.0));
    set(&database, id, "rank", 2.0);
    // Brought in by the commit, asked for by somebody who reads before it.
    assert_eq!(rank(&mut older, "a"), Some(1.0));
    assert_eq!(rank(&mut begin(&database), "a"), Some(2.0));
    assert_eq!(rank(&mut begin(&database), "a"), Some(2.0));
}

#[test]
fn what_an_old_reader_brings_in_does_not_replace_what_is_newer() {
    let database = items();
    let [id, other] = insert(&database, [item(1.0, 1.0, "a"), item(1.0, 9.0, "b")])[..] else {
        panic!()
    };
    for round in 0..100 {
        let mut old = begin(&database);
        set(&database, id, "rank", f64::from(round));
        set(&database, id, "key", "moved");
        set(&database, other, "key", "a");
        rank(&mut old, "a");
        rank(&mut old, "b");
        let mut now = begin(&database);
        assert_eq!(rank(&mut now, "a"), Some(9.0));
        assert_eq!(rank(&mut now, "b"), None);
        assert_eq!(rank(&mut now, "moved"), Some(f64::from(round)));
        set(&database, other, "key", "b");
        set(&database, id, "key", "a");
    }
}

#[test]
fn a_value_of_a_unique_index_can_change_hands_in_one_commit() {
    let database = items();
    let [first, second] = insert(&database, [item(1.0, 1.0, "a"), item(1.0, 2.0, "b")])[..] else {
        panic!()
    };
    assert_eq!(rank(&mut begin(&database), "a"), Some(1.0));
    let mut swap = begin(&database);
    swap.patch(first, [("key", Some("c".into()))]).unwrap();
    swap.patch(second, [("key", Some("a".into()))]).unwrap();
    assert_eq!(rank(&mut swap, "a"), Some(2.0), "its own writes come first");
    database.commit(swap).unwrap();
    assert_eq!(rank(&mut begin(&database), "a"), Some(2.0));
    let mut delete = begin(&database);
    delete.delete(second).unwrap();
    database.commit(delete).unwrap();
    assert_eq!(rank(&mut begin(&database), "a"), None);
}

#[test]
fn commits_of_another_process_are_noticed() {
    let store = memory();
    let (ours, theirs) = (open(&store, items_schema()), open(&store, items_schema()));
    let [id, apart] = insert(&ours, [item(1.0, 1.0, "a"), item(2.0, 0.0, "z")])[..] else {
        panic!()
    };
    for round in 1..50 {
        let round = f64::from(round);
        assert_eq!(rank(&mut begin(&ours), "a"), Some(round));
        set(&theirs, id, "rank", round + 1.0);
        // Before and after our own next commit, which is where we hear of theirs.
        assert_eq!(rank(&mut begin(&ours), "a"), Some(round + 1.0));
        set(&ours, apart, "rank", round);
        assert_eq!(rank(&mut begin(&ours), "a"), Some(round + 1.0));
    }
}

#[test]
fn a_stamped_document_is_read_with_its_stamp() {
    let database = items();
    let [id] = insert(&database, [item(1.0, 1.0, "a")])[..] else {
        panic!()
    };
    let mut transaction = begin(&database);
    transaction.stamp(id, "stamped").unwrap();
    let ts = database.commit(transaction).unwrap();
    let document = begin(&database).get(id).unwrap().unwrap();
    let expected = i64::try_from(ts.0).unwrap();
    assert_eq!(document.fields.get("stamped"), Some(&Value::Int64(expected)));
}

#[test]
fn it_keeps_what_is_asked_for_and_stays_within_its_bytes() {
    let cache = ReadCache::new(4 << 20, Timestamp(1));
    let document = |n: u128| {
        let id = DocumentId {
            table: ITEMS,
            random: n.to_be_bytes(),
        };
        let fields = Object::from_iter([("body", "x".repeat(1_000))]);
        Arc::new(StoredDocument::encode(id, 0.0, fields))
    };
    let favourite = document(0);
    cache.keep_document(&favourite, Timestamp(1));
    for n in 1..10_000 {
        cache.keep_document(&document(n), Timestamp(1));
        assert!(cache.document(favourite.id, Timestamp(1)).is_some(), "after {n}");
    }
    assert!(cache.bytes() <= 4 << 20, "{}", cache.bytes());
    assert!(cache.bytes() > 2 << 20, "{}", cache.bytes());
}

#[test]
fn nothing_is_known_of_commits_that_it_has_not_heard_of() {
    let cache = ReadCache::new(1 << 20, Timestamp(1));
    let id = DocumentId {
        table: ITEMS,
        random: [1; 16],
    };
    let document = Arc::new(StoredDocument::encode(id, 0.0, Object::new()));
    cache.keep_document(&document, Timestamp(1));
    assert!(cache.document(id, Timestamp(1)).is_some());
    assert!(cache.document(id, Timestamp(2)).is_none());
    cache.apply(Timestamp(2), &mut Touched::default());
    assert!(cache.document(id, Timestamp(2)).is_some());
    cache.forget(Timestamp(5));
    assert!(cache.document(id, Timestamp(5)).is_none());
    // Read before what was forgotten: it may have changed since.
    cache.keep_document(&document, Timestamp(4));
    assert!(cache.document(id, Timestamp(5)).is_none());
}

#[test]
fn a_look_up_sees_what_its_transaction_has_written() {
    let database = items();
    let ids = insert(&database, [item(1.0, 1.0, "a"), item(1.0, 2.0, "b")]);
    let mut transaction = begin(&database);
    transaction.delete(ids[0]).unwrap();
    assert_eq!(rank(&mut transaction, "a"), None);
    let savepoint = transaction.savepoint();
    transaction.patch(ids[1], [("key", Some("a".into()))]).unwrap();
    assert_eq!(rank(&mut transaction, "a"), Some(2.0));
    assert_eq!(rank(&mut transaction, "b"), None);
    transaction.insert(ITEMS, item(1.0, 3.0, "b")).unwrap();
    assert_eq!(rank(&mut transaction, "b"), Some(3.0));
    transaction.rollback(savepoint);
    assert_eq!(rank(&mut transaction, "a"), None);
    assert_eq!(rank(&mut transaction, "b"), Some(2.0));
    database.commit(transaction).unwrap();
    assert_eq!(rank(&mut begin(&database), "a"), None);
}

#[test]
fn a_mark_holds_until_the_next_write_and_is_a_read() {
    let database = items();
    let [id] = insert(&database, [item(1.0, 1.0, "a")])[..] else {
        panic!()
    };
    let marked = |transaction: &mut Transaction| transaction.marked(id).map(|marked| marked.mark);
    let (mut older, mut other) = (begin(&database), begin(&database));
    assert_eq!(marked(&mut older), None, "nobody has marked it");
    let mut transaction = begin(&database);
    transaction.patch(id, [("rank", Some(2.0.into()))]).unwrap();
    transaction.mark(id, 7);
    assert_eq!(
        marked(&mut transaction),
        None,
        "what it has written itself it has to look at"
    );
    database.commit(transaction).unwrap();
    assert_eq!(marked(&mut other), None, "a reader of a moment before");

    let (mut reader, mut loser) = (begin(&database), begin(&database));
    let known = loser.marked(id).unwrap();
    assert_eq!(marked(&mut reader), Some(7));
    let stored = reader.get(id).unwrap().unwrap();
    assert_eq!(known.creation_time.to_bits(), stored.creation_time.to_bits());
    set(&database, id, "rank", 3.0);
    assert_eq!(marked(&mut begin(&database)), None, "written without a mark");
    loser.insert(ITEMS, item(2.0, 2.0, "b")).unwrap();
    let lost = database.commit(loser);
    assert!(matches!(lost, Err(CommitError::Conflict)), "{lost:?}");
}
