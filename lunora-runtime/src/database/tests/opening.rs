//! Schema changes when a store is opened.

use std::sync::{Arc, Mutex};

use lunora_core::{
    shape::Shapes,
    table::{IndexBounds, IndexSpec},
    value::{Value, ValueError},
};

use super::fixture::{ITEM_INDEXES, ITEMS, Item, begin, insert, item, memory, open};
use super::stores::{Contended, Dying};
use crate::{
    database::{Database, OpenError, OpenOptions, Problem, Schema, SchemaError, Step, TableSchema},
    store::{Commit, Direction, KeyRange, Store, Timestamp},
};

const BY_RANK: IndexSpec = IndexSpec {
    name: "by_rank",
    fields: &[&["rank"]],
    unique: false,
};
const BY_RANK_UNIQUE: IndexSpec = IndexSpec {
    unique: true,
    ..BY_RANK
};

fn table(indexes: &[IndexSpec]) -> TableSchema {
    TableSchema {
        indexes: indexes.to_vec(),
        ..TableSchema::of::<Item>(&mut Shapes::default())
    }
}

fn schema(indexes: &[IndexSpec]) -> Schema {
    Schema::new(vec![table(indexes)]).unwrap()
}

fn try_open(store: &Arc<dyn Store>, schema: Schema) -> Result<Database, OpenError> {
    Database::open(store.clone(), schema, OpenOptions::default())
}

fn count(database: &Database, index: &'static str) -> u64 {
    let bounds = IndexBounds {
        index,
        equal: vec![],
        lower: None,
        upper: None,
    };
    begin(database).count(ITEMS, Some(&bounds)).unwrap()
}

fn keys(store: &Arc<dyn Store>) -> usize {
    store
        .snapshot(store.ordered())
        .unwrap()
        .range(KeyRange::all(), Direction::Ascending)
        .count()
}

/// A schema with one table of this name.
fn named(name: &'static str) -> Schema {
    let tag = lunora_core::id::TableTag::of(name);
    Schema::new(vec![TableSchema {
        name,
        tag,
        ..table(&[])
    }])
    .unwrap()
}

#[test]
fn the_data_of_another_application_is_refused_and_left_as_it_is() {
    let store = memory();
    // Nothing is lost where there is nothing.
    try_open(&store, named("former")).unwrap();
    let database = open(&store, schema(&[]));
    insert(&database, [item(1.0, 1.0, "a")]);
    let before = keys(&store);
    let error = try_open(&store, named("accounts")).unwrap_err();
    assert!(
        matches!(&error, OpenError::Another { theirs, ours: "accounts" } if theirs == "items"),
        "{error}"
    );
    assert_eq!(keys(&store), before);
    // One table in common, and it is the same application.
    let both = Schema::new(vec![table(&[]), named("accounts").tables.remove(0)]).unwrap();
    try_open(&store, both).unwrap();
    try_open(&store, named("accounts")).unwrap();
}

#[test]
fn indexes_come_and_go() {
    let store = memory();
    let database = open(&store, schema(&[]));
    insert(
        &database,
        (0..2_500_u16).map(|n| item(1.0, f64::from(n), &n.to_string())),
    );
    let bare = keys(&store);

    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = seen.clone();
    let options = OpenOptions::with_progress(move |progress| {
        told.lock().unwrap().push((
            progress.to_string(),
            progress.is_done(),
            progress.step == Step::Build("by_rank"),
        ));
    });
    let database = Database::open(store.clone(), schema(&[BY_RANK]), options).unwrap();
    assert_eq!(count(&database, "by_rank"), 2_500);
    assert_eq!(keys(&store), bare + 2_500);
    assert!(database.check(|_| ()).unwrap().is_clean());
    let seen = seen.lock().unwrap();
    assert_eq!(
        seen[0],
        (
            "building index by_rank of items: 1000 of 2500".into(),
            false,
            true
        )
    );
    assert!(seen.last().unwrap().1);

    // Maintained from now on.
    insert(&database, [item(1.0, -1.0, "new")]);
    assert_eq!(count(&database, "by_rank"), 2_501);

    let database = open(&store, schema(&[]));
    assert_eq!(keys(&store), bare + 2);
    assert_eq!(begin(&database).count(ITEMS, None).unwrap(), 2_501);
    assert!(database.check(|_| ()).unwrap().is_clean());
}

#[test]
fn an_index_over_other_fields_is_built_again() {
    let store = memory();
    let by = |fields| {
        [IndexSpec {
            name: "by_it",
            fields,
            unique: false,
        }]
    };
    let database = open(&store, schema(&by(&[&["group"]])));
    insert(&database, [item(1.0, 5.0, "a"), item(2.0, 4.0, "b")]);
    let before = keys(&store);
    let database = open(&store, schema(&by(&[&["rank"]])));
    let at_4 = IndexBounds {
        index: "by_it",
        equal: vec![Some(4.0.into())],
        lower: None,
        upper: None,
    };
    assert_eq!(begin(&database).count(ITEMS, Some(&at_4)).unwrap(), 1);
    assert_eq!(keys(&store), before);
    assert!(database.check(|_| ()).unwrap().is_clean());
}

#[test]
fn opening_the_same_schema_again_writes_nothing() {
    let store = memory();
    insert(&open(&store, schema(ITEM_INDEXES)), [item(1.0, 1.0, "a")]);
    let before = store.ordered();
    open(&store, schema(ITEM_INDEXES));
    assert_eq!(store.ordered(), before);
}

#[test]
fn duplicates_refuse_a_unique_index_and_name_both() {
    let store = memory();
    let database = open(&store, schema(&[]));
    let ids = insert(
        &database,
        [item(1.0, 7.0, "a"), item(2.0, 8.0, "b"), item(3.0, 7.0, "c")],
    );
    let Err(OpenError::Duplicate {
        table,
        index,
        first,
        second,
    }) = try_open(&store, schema(&[BY_RANK_UNIQUE]))
    else {
        panic!("it opened")
    };
    assert_eq!(
        (table, index, first, second),
        ("items", "by_rank", ids[0], ids[2])
    );
    // The old program still starts, and after a correction the new one.
    let database = open(&store, schema(&[]));
    let mut correction = begin(&database);
    correction.delete(ids[2]).unwrap();
    database.commit(correction).unwrap();
    let database = open(&store, schema(&[BY_RANK_UNIQUE]));
    assert_eq!(count(&database, "by_rank"), 2);
    assert!(database.check(|_| ()).unwrap().is_clean());
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "the signature of `TableSchema::decodes`"
)]
fn refuses_8(value: Value) -> Result<(), ValueError> {
    match value.as_object().and_then(|fields| fields.get("rank")) {
        Some(Value::Float64(8.0)) => Err(ValueError::new("expected another number").in_field("rank")),
        _ => Ok(()),
    }
}

#[test]
fn a_document_that_does_not_fit_a_new_type_refuses_the_start() {
    let store = memory();
    let database = open(&store, schema(&[]));
    let ids = insert(&database, [item(1.0, 7.0, "a"), item(1.0, 8.0, "b")]);
    let changed = |fingerprint: &str| {
        let table = TableSchema {
            decodes: refuses_8,
            fingerprint: fingerprint.into(),
            ..table(&[BY_RANK])
        };
        Schema::new(vec![table]).unwrap()
    };
    let error = try_open(&store, changed("other")).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, OpenError::Document { table: "items", id, .. } if id == ids[1]));
    assert!(
        text.contains("items") && text.contains(&ids[1].to_string()) && text.contains("rank"),
        "{text}"
    );
    // Nothing was changed, so the old program starts without work.
    let before = store.ordered();
    open(&store, schema(&[]));
    assert_eq!(store.ordered(), before);
    // An equal fingerprint is not walked.
    let same = table(&[]).fingerprint;
    open(&store, changed(&same));
}

#[test]
fn a_start_that_is_interrupted_anywhere_is_made_good_by_the_next() {
    let other = [IndexSpec {
        name: "by_key",
        fields: &[&["key"]],
        unique: true,
    }];
    for commits in 0..11 {
        let store = memory();
        let database = open(&store, schema(&[BY_RANK]));
        insert(
            &database,
            (0..2_300_u16).map(|n| item(1.0, f64::from(n), &n.to_string())),
        );
        let before = keys(&store);
        let dying: Arc<dyn Store> = Arc::new(Dying {
            store: store.clone(),
            left: commits.into(),
        });
        let interrupted = try_open(&dying, schema(&other)).is_err();
        // Sometimes the old program comes first.
        if commits % 2 == 1 {
            let database = open(&store, schema(&[BY_RANK]));
            assert_eq!(count(&database, "by_rank"), 2_300, "after {commits} commits");
            assert_eq!(keys(&store), before);
        }
        let database = open(&store, schema(&other));
        assert_eq!(count(&database, "by_key"), 2_300, "after {commits} commits");
        assert_eq!(keys(&store), before, "after {commits} commits");
        assert!(database.check(|_| ()).unwrap().is_clean());
        assert_eq!(interrupted, commits < 9, "this start makes nine commits");
    }
}

#[test]
fn commits_of_another_process_in_between_are_validated_and_passed() {
    let store: Arc<dyn Store> = Arc::new(Contended {
        store: memory(),
        key: b"zzz unrelated",
    });
    let database = open(&store, schema(ITEM_INDEXES));
    for n in 0..50_u8 {
        insert(&database, [item(1.0, 1.0, &n.to_string())]);
    }
    assert_eq!(begin(&database).count(ITEMS, None).unwrap(), 50);
}

#[test]
fn check_finds_what_does_not_agree() {
    let store = memory();
    let database = open(&store, schema(&[BY_RANK]));
    let ids = insert(&database, [item(1.0, 7.0, "a"), item(1.0, 8.0, "b")]);
    assert!(database.check(|_| ()).unwrap().is_clean());
    // Take one document away and one entry of the other.
    let snapshot = store.snapshot(store.ordered()).unwrap();
    let document = crate::database::keys::document_key(ids[0]);
    let entries = KeyRange::prefix(&crate::database::keys::index_prefix(ITEMS, 1));
    let last = snapshot
        .range(entries, Direction::Descending)
        .next()
        .unwrap()
        .unwrap()
        .0;
    let mut writes = vec![(document.to_vec().into(), None), (last, None)];
    writes.sort();
    let after = store.ordered();
    store
        .append(
            after,
            &Commit {
                ts: Timestamp(after.0 + 1),
                writes,
            },
        )
        .unwrap();
    let report = database.check(|_| ()).unwrap();
    assert_eq!(report.problem_count, 3);
    let orphan = |index| Problem::NoDocument {
        table: "items",
        id: ids[0],
        index,
    };
    let hidden = Problem::NoEntry {
        table: "items",
        id: ids[1],
        index: "by_rank",
    };
    assert_eq!(
        report.problems,
        [hidden, orphan("by_creation_time"), orphan("by_rank")]
    );
    assert!(report.to_string().contains("3 problems"));
}

#[test]
fn schemas_that_contradict_themselves_are_refused() {
    let named = |name| TableSchema {
        name,
        tag: lunora_core::id::TableTag::of(name),
        ..table(&[])
    };
    let of = |tables| Schema::new(tables).unwrap_err();
    assert_eq!(
        of(vec![table(&[]), table(&[])]),
        SchemaError::DuplicateTable("items")
    );
    assert_eq!(of(vec![named("a-b")]), SchemaError::TableName("a-b"));
    assert_eq!(of(vec![named("")]), SchemaError::TableName(""));
    assert!(named("_jobs").is_system() && Schema::new(vec![named("_jobs")]).is_ok());
    let twin = TableSchema {
        tag: ITEMS,
        ..named("twins")
    };
    assert_eq!(
        of(vec![table(&[]), twin]),
        SchemaError::TagCollision("items", "twins")
    );
    let twice = [BY_RANK, BY_RANK_UNIQUE];
    assert_eq!(
        of(vec![table(&twice)]),
        SchemaError::DuplicateIndex {
            table: "items",
            index: "by_rank"
        }
    );
    let empty = [IndexSpec {
        name: "none",
        fields: &[],
        unique: false,
    }];
    assert_eq!(
        of(vec![table(&empty)]),
        SchemaError::EmptyIndex {
            table: "items",
            index: "none"
        }
    );
}
