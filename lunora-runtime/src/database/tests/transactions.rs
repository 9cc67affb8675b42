//! What functions see of a transaction.

use std::time::Duration;

use lunora_core::{
    id::TableTag,
    table::{Patch, Range},
    value::{Object, Value},
};

use super::fixture::{ITEMS, Item, begin, insert, item, items, now, options, shared};
use crate::{
    database::{
        DocumentNotFound, Freshness, InvalidDocument, NotUnique, Order, TimeLimitExceeded, TransactionOver,
        UniqueViolation, UnknownIndex, UnknownTable,
    },
    sync::Instant,
};

#[test]
fn a_typed_document_is_written_and_read() {
    let database = items();
    let transaction = shared(&database);
    let (db, id) = (
        transaction.writer(),
        now(transaction.writer().insert(Item::new(1.0, 2.0, "a"))).unwrap(),
    );
    now(db.patch(id, Patch::new().set("group", &5.0).unset("rank"))).unwrap();
    let expected = Item {
        group: 5.0,
        rank: None,
        key: "a".into(),
    };
    assert_eq!(now(db.get(id)).unwrap().unwrap().into_fields(), expected);
    database.commit(transaction.take().unwrap()).unwrap();

    let transaction = shared(&database);
    let db = transaction.reader();
    let found = now(db.query::<Item>().with_index(Item::by_key().eq("a")).unique())
        .unwrap()
        .unwrap();
    assert_eq!((found.id(), found.into_fields()), (id, expected));
    assert_eq!(now(db.get_many([id, id])).unwrap().len(), 2);
}

#[test]
fn queries_end_in_every_way() {
    let database = items();
    insert(
        &database,
        (0..5_u8).map(|n| item(1.0, f64::from(n), &n.to_string())),
    );
    let transaction = shared(&database);
    let query = || transaction.reader().query::<Item>();
    let ranks = |rows: Vec<lunora_core::table::Doc<Item>>| -> Vec<f64> {
        rows.iter().filter_map(|row| row.rank).collect()
    };
    assert_eq!(ranks(now(query().collect()).unwrap()), [0.0, 1.0, 2.0, 3.0, 4.0]);
    assert_eq!(
        ranks(now(query().order(Order::Desc).take(2)).unwrap()),
        [4.0, 3.0]
    );
    assert_eq!(now(query().first()).unwrap().unwrap().rank, Some(0.0));
    assert_eq!(now(query().count()).unwrap(), 5);
    assert_eq!(
        now(query().filter(|row| row.rank > Some(2.0)).count()).unwrap(),
        2
    );
    let range = Item::by_group_rank().eq(1.0).gt(Some(1.0)).lte(Some(3.0));
    assert_eq!(
        ranks(now(query().with_index(range).collect()).unwrap()),
        [2.0, 3.0]
    );
    let error = now(query().unique()).unwrap_err();
    assert!(error.downcast_ref::<NotUnique>().is_some());
    let mut rows = query().stream();
    assert_eq!(now(rows.next()).unwrap().unwrap().rank, Some(0.0));
    assert_eq!(now(rows.next()).unwrap().unwrap().rank, Some(1.0));
}

#[test]
fn a_stream_sees_what_is_written_ahead_of_it() {
    let database = items();
    insert(&database, [item(1.0, 1.0, "a"), item(1.0, 5.0, "b")]);
    let transaction = shared(&database);
    let db = transaction.writer();
    let mut rows = db
        .query::<Item>()
        .with_index(Item::by_group_rank().eq(1.0))
        .stream();
    assert_eq!(now(rows.next()).unwrap().unwrap().key, "a");
    now(db.insert(Item::new(1.0, 3.0, "c"))).unwrap();
    now(db.insert(Item::new(1.0, 0.0, "behind"))).unwrap();
    assert_eq!(now(rows.next()).unwrap().unwrap().key, "c");
    assert_eq!(now(rows.next()).unwrap().unwrap().key, "b");
    assert!(now(rows.next()).unwrap().is_none());
}

#[test]
fn writes_to_a_missing_document_fail() {
    let database = items();
    let [id] = insert(&database, [item(1.0, 1.0, "a")])[..] else {
        panic!()
    };
    let mut transaction = begin(&database);
    transaction.delete(id).unwrap();
    let no_change: [(&str, Option<Value>); 0] = [];
    for error in [
        transaction.patch(id, no_change).unwrap_err(),
        transaction.replace(id, item(1.0, 1.0, "b")).unwrap_err(),
        transaction.delete(id).unwrap_err(),
    ] {
        assert_eq!(
            error.downcast_ref(),
            Some(&DocumentNotFound { table: "items", id })
        );
    }
    assert_eq!(transaction.get(id).unwrap(), None);
}

#[test]
fn a_unique_violation_can_be_caught_and_leaves_nothing() {
    let database = items();
    insert(&database, [item(1.0, 1.0, "taken")]);
    let mut transaction = begin(&database);
    let violation = UniqueViolation {
        table: "items",
        index: "by_key",
    };
    let error = transaction.insert(ITEMS, item(2.0, 2.0, "taken")).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&violation));
    let other = transaction.insert(ITEMS, item(2.0, 2.0, "free")).unwrap();
    let error = transaction
        .patch(other, [("key", Some("taken".into()))])
        .unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&violation));
    // Keeping its own value is no violation.
    transaction.patch(other, [("key", Some("free".into()))]).unwrap();
    database.commit(transaction).unwrap();
    assert_eq!(begin(&database).count(ITEMS, None).unwrap(), 2);
}

#[test]
fn what_cannot_be_stored_is_refused_with_its_field() {
    let mut transaction = begin(&items());
    let mut deep = Value::Null;
    for _ in 0..64 {
        deep = Value::Array(vec![deep]);
    }
    let cases = [
        ("_own", Value::Null),
        ("$x", Value::Null),
        ("umläut", Value::Null),
        ("deep", deep.clone()),
    ];
    for (name, value) in cases {
        let fields: Object = [(name, value)].into_iter().collect();
        let error = transaction.insert(ITEMS, fields).unwrap_err();
        assert!(
            error.downcast_ref::<InvalidDocument>().is_some(),
            "{name}: {error}"
        );
    }
    // The document itself is the first level of 64.
    let Value::Array(inner) = deep else { panic!() };
    transaction
        .insert(
            ITEMS,
            Object::from_iter([("deep", inner.into_iter().next().unwrap())]),
        )
        .unwrap();
}

#[test]
fn unknown_tables_and_indexes_are_named() {
    let database = items();
    let mut transaction = begin(&database);
    let error = transaction
        .insert(TableTag::of("others"), Object::new())
        .unwrap_err();
    assert!(error.downcast_ref::<UnknownTable>().is_some());
    let transaction = shared(&database);
    let range = Range::<Item, ()>::__new("by_nothing");
    let error = now(transaction.reader().query::<Item>().with_index(range).first()).unwrap_err();
    let unknown = UnknownIndex {
        table: "items",
        index: "by_nothing".into(),
    };
    assert_eq!(error.downcast_ref(), Some(&unknown));
}

#[test]
fn creation_times_keep_the_order_of_insertion() {
    let database = items();
    let ids = insert(&database, (0..50_u8).map(|n| item(0.0, 0.0, &n.to_string())));
    let mut transaction = begin(&database);
    let mut scan = transaction.scan(ITEMS, None, Order::Asc).unwrap();
    let mut found = Vec::new();
    while let Some(document) = scan.next(&mut transaction).unwrap() {
        found.push(document.id);
    }
    assert_eq!(found, ids);
}

#[test]
fn the_same_seed_gives_the_same_ids() {
    let database = items();
    let first_id = |seed| {
        let mut options = options();
        options.seed = seed;
        database
            .begin(Freshness::Ordered, options)
            .unwrap()
            .insert(ITEMS, item(0.0, 0.0, "a"))
            .unwrap()
    };
    assert_eq!(first_id([1; 32]), first_id([1; 32]));
    assert_ne!(first_id([1; 32]), first_id([2; 32]));
}

#[test]
fn a_stamped_field_is_the_commit_timestamp() {
    let database = items();
    let mut transaction = begin(&database);
    let id = transaction.insert(ITEMS, item(0.0, 0.0, "a")).unwrap();
    transaction.stamp(id, "ts").unwrap();
    let undone = transaction.insert(ITEMS, item(0.0, 0.0, "b")).unwrap();
    transaction.stamp(undone, "ts").unwrap();
    transaction.delete(undone).unwrap();
    let error = transaction.stamp(id, "key").unwrap_err();
    assert!(error.downcast_ref::<InvalidDocument>().is_some());
    let ts = database.commit(transaction).unwrap();
    let document = begin(&database).get(id).unwrap().unwrap();
    assert_eq!(
        document.fields.get("ts"),
        Some(&Value::Int64(i64::try_from(ts.0).unwrap()))
    );
    assert_eq!(document.fields.get("key"), Some(&"a".into()));
}

#[test]
fn a_transaction_sees_its_snapshot_only() {
    let database = items();
    let [id] = insert(&database, [item(1.0, 1.0, "a")])[..] else {
        panic!()
    };
    let mut old = begin(&database);
    let mut writer = begin(&database);
    writer.patch(id, [("group", Some(2.0.into()))]).unwrap();
    let ts = database.commit(writer).unwrap();
    assert!(old.snapshot_ts() < ts && database.ordered() == ts);
    assert_eq!(
        old.get(id).unwrap().unwrap().fields.get("group"),
        Some(&1.0.into())
    );
    // It wrote nothing, so it takes place at its snapshot.
    let at = old.snapshot_ts();
    assert_eq!(database.commit(old).unwrap(), at);
}

#[test]
fn every_operation_looks_at_the_deadline() {
    let database = items();
    let mut late = options();
    late.deadline = Some(Instant::now());
    let mut transaction = database.begin(Freshness::Ordered, late).unwrap();
    let error = transaction.insert(ITEMS, item(1.0, 1.0, "a")).unwrap_err();
    assert!(error.downcast_ref::<TimeLimitExceeded>().is_some() && error.to_string().contains("work_millis"));
    let mut early = options();
    early.deadline = Some(Instant::now() + Duration::from_mins(1));
    let mut transaction = database.begin(Freshness::Ordered, early).unwrap();
    transaction.insert(ITEMS, item(1.0, 1.0, "a")).unwrap();
}

#[test]
fn a_reader_that_outlives_its_function_gets_errors() {
    let transaction = shared(&items());
    let query = transaction.reader().query::<Item>();
    transaction.take().unwrap();
    assert!(
        now(query.first())
            .unwrap_err()
            .downcast_ref::<TransactionOver>()
            .is_some()
    );
    assert!(transaction.take().is_err());
}

#[test]
fn nothing_happens_before_a_future_is_polled() {
    let transaction = shared(&items());
    drop(transaction.writer().insert(Item::new(1.0, 1.0, "a")));
    assert!(transaction.take().unwrap().is_read_only());
}
