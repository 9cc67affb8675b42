//! The cache by itself: what it gives up, and when an entry ends.

use std::sync::Arc;

use lunora_core::{
    error::Error,
    limits::Limits,
    value::{Object, Value},
};

use super::*;
use crate::{
    database::{Database, Freshness, OpenOptions, Schema, TransactionOptions},
    store::{Commit, Key, Memory, Store, StoreError, Timestamp},
};

/// A database without tables, and the store below it, through which a test writes any key.
fn database() -> (Arc<dyn Store>, Database) {
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    let database = Database::open(
        Arc::clone(&store),
        Schema::new(vec![]).unwrap(),
        OpenOptions::default(),
    );
    (store, database.unwrap())
}

fn write(store: &dyn Store, key: &str) -> Timestamp {
    let (after, key) = (store.ordered(), Key::from(key.as_bytes()));
    let ts = Timestamp(after.0 + 1);
    let writes = vec![(key, Some(Key::default()))];
    store.append(after, &Commit { ts, writes }).unwrap();
    ts
}

fn key(name: &'static str) -> Arc<QueryKey> {
    Arc::new(QueryKey::named(name, &Object::new()))
}

/// A run of the query `name` that read the key `read`, as of the newest commit.
fn run(database: &Database, name: &'static str, read: &'static str, value: &str) -> Finished {
    let options = TransactionOptions {
        limits: Limits::default(),
        deadline: None,
        now_ms: 0.0,
        seed: [0; 32],
        binding: [0; 32],
    };
    let transaction = database.begin(Freshness::Durable, options).unwrap();
    let value = Arc::new(SharedValue::new(Value::from(value)));
    Finished {
        key: key(name),
        audience: Audience::Everyone,
        outcome: Arc::new(QueryOutcome::new(Ok(value), None)),
        reads: Arc::new(crate::database::reads_of(read.as_bytes())),
        ran_at: transaction.snapshot_ts(),
    }
}

fn found(results: &Results, name: &'static str) -> Option<Value> {
    let found = results.find(&key(name), || UserKey::of(None))?;
    Some(found.run.outcome.result().unwrap().value().clone())
}

/// Watches a result for which there is room.
fn watch(results: &Results, run: Finished) -> EntryId {
    match results.watch(run).unwrap() {
        Watched::Exactly(entry) => entry,
        Watched::Roughly(_) => panic!("there was no room"),
    }
}

#[test]
fn an_entry_ends_with_the_commit_that_writes_what_it_read() {
    let (store, database) = database();
    let results = Results::new(database.clone(), 1 << 20, 0);
    results.keep(run(&database, "a", "x", "one"));
    results.keep(run(&database, "b", "y", "two"));
    write(&*store, "z");
    assert_eq!(found(&results, "a"), Some("one".into()));
    write(&*store, "x");
    assert_eq!(found(&results, "a"), None);
    assert_eq!(found(&results, "b"), Some("two".into()));
}

#[test]
fn a_run_that_was_overtaken_is_not_kept() {
    let (store, database) = database();
    let results = Results::new(database.clone(), 1 << 20, 0);
    let (slow, other) = (
        run(&database, "a", "x", "old"),
        run(&database, "b", "y", "still true"),
    );
    let overtaken_by = write(&*store, "x");
    // Matched already when the run ends, or only then.
    assert_eq!(results.watch(slow.clone()), Err(overtaken_by));
    write(&*store, "z");
    results.advance();
    assert_eq!(results.watch(slow), Err(overtaken_by));
    results.keep(other);
    assert_eq!(found(&results, "a"), None);
    assert_eq!(found(&results, "b"), Some("still true".into()));
}

#[test]
fn what_is_used_stays_and_what_is_not_goes_when_the_room_is_used_up() {
    let (_, database) = database();
    let text = "x".repeat(1_000);
    let results = Results::new(database.clone(), 40_000, 0);
    let names = [
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p",
    ];
    results.keep(run(&database, "used", "x", &text));
    for name in names {
        // Wanted once more, when it was not kept.
        results.keep(run(&database, name, "x", &text));
        results.keep(run(&database, name, "x", &text));
        assert!(found(&results, "used").is_some(), "after {name}");
    }
    let left = names
        .iter()
        .filter(|name| found(&results, name).is_some())
        .count();
    assert!((4..16).contains(&left), "{left}");
    assert_eq!(found(&results, "a"), None);
    results.keep(run(&database, "large", "x", &"x".repeat(6_000)));
    assert_eq!(
        found(&results, "large"),
        None,
        "it would push out too many others"
    );
}

#[test]
fn what_is_asked_for_once_pushes_nothing_out() {
    let (_, database) = database();
    let text = "x".repeat(1_000);
    let results = Results::new(database.clone(), 24_000, 0);
    let mut residents = vec!["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    for name in residents.iter().flat_map(|name| [name, name]) {
        results.keep(run(&database, name, "x", &text));
    }
    residents.retain(|name| found(&results, name).is_some());
    assert!((4..12).contains(&residents.len()), "{residents:?}");
    for passing in ["1", "2", "3"] {
        results.keep(run(&database, passing, "x", &text));
        assert_eq!(found(&results, passing), None);
    }
    assert!(residents.iter().all(|name| found(&results, name).is_some()));
    // What was just looked at gets a second chance, so the first of these may still be without a place.
    for _ in 0..3 {
        results.keep(run(&database, "3", "x", &text));
    }
    assert!(found(&results, "3").is_some(), "asked for again and again");
}

#[test]
fn many_changes_leave_nothing_behind() {
    let (store, database) = database();
    let results = Results::new(database.clone(), 1 << 20, 0);
    for _ in 0..1_000 {
        results.keep(run(&database, "a", "x", "value"));
        assert!(found(&results, "a").is_some());
        write(&*store, "x");
    }
    let (entries, places) = results.sizes();
    assert!(entries <= 1 && places <= 70, "{entries} {places}");
}

#[test]
fn a_watched_entry_is_told_of_once_even_without_its_result() {
    let (store, database) = database();
    // Too small for any result.
    let results = Results::new(database.clone(), 0, 1_000);
    let entry = watch(&results, run(&database, "a", "x", "value"));
    assert!(results.outcome(entry).is_none());
    write(&*store, "y");
    assert!(results.advance().ended.is_empty());
    write(&*store, "x");
    write(&*store, "x");
    assert_eq!(results.advance().ended, [entry]);
    assert!(results.advance().ended.is_empty());
}

/// A key that is more than a small read set.
fn long(name: &str) -> &'static str {
    name.repeat(SMALL_READ_SET).leak()
}

#[test]
fn beyond_the_bound_only_outlines_of_what_was_read_are_remembered() {
    let (store, database) = database();
    let (x, y, z) = (long("x"), long("y"), long("z"));
    let room = run(&database, "a", x, "").reads.bytes();
    let results = Results::new(database.clone(), 1 << 20, 2 * room);
    let first = watch(&results, run(&database, "a", x, "value"));
    watch(&results, run(&database, "b", y, "value"));
    // Who watches what is watched already takes no more, and who reads little nearly nothing.
    assert_eq!(watch(&results, run(&database, "a", x, "value")), first);
    watch(&results, run(&database, "little", "little", "value"));
    let Watched::Roughly(rough) = results.watch(run(&database, "c", z, "value")).unwrap() else {
        panic!("there was room");
    };
    assert!(results.outcome(rough).is_none());
    assert_eq!(
        results.watch_roughly(rough).map(|other| other == rough),
        Some(false)
    );
    write(&*store, z);
    assert_eq!(results.advance().ended.len(), 2);
    assert_eq!(results.watch_roughly(rough), None, "it has ended");
    results.unwatch(first);
    results.unwatch(watch(&results, run(&database, "little", "little", "value")));
    watch(&results, run(&database, "c", z, "value"));
}

#[test]
fn read_sets_count_as_long_as_they_are_remembered() {
    let (store, database) = database();
    let (x, y) = (long("x"), long("y"));
    let room = run(&database, "a", x, "").reads.bytes();
    let results = Results::new(database.clone(), 0, room);
    for _ in 0..100 {
        let entry = watch(&results, run(&database, "a", x, "value"));
        write(&*store, x);
        assert_eq!(results.advance().ended, [entry]);
        let entry = watch(&results, run(&database, "b", y, "value"));
        results.unwatch(entry);
    }
}

#[test]
fn without_a_query_cache_watchers_still_share_results() {
    let (store, database) = database();
    let results = Results::new(database.clone(), 0, 1 << 20);
    assert!(!results.is_on(), "nothing is kept for those who only ask");
    let entry = watch(&results, run(&database, "a", "x", "value"));
    assert!(results.outcome(entry).is_some(), "who comes later gets it");
    write(&*store, "x");
    assert_eq!(results.advance().ended, [entry]);
}

#[test]
fn when_commits_can_no_longer_be_compared_everything_counts_as_changed() {
    let options = crate::store::Options {
        recent_commits: 4,
        ..crate::store::Options::default()
    };
    let store: Arc<dyn Store> = Arc::new(Memory::with(&options).unwrap());
    let schema = Schema::new(vec![]).unwrap();
    let database = Database::open(Arc::clone(&store), schema, OpenOptions::default()).unwrap();
    let results = Results::new(database.clone(), 1 << 20, 1 << 20);
    let entry = watch(&results, run(&database, "a", "x", "value"));
    let since = results.advance().horizon;
    for _ in 0..9 {
        write(&*store, "y");
    }
    assert!(matches!(store.feed(since), Err(StoreError::TooOld { .. })));
    assert_eq!(found(&results, "a"), None);
    assert_eq!(results.advance().ended[0], entry);
}

#[test]
fn a_failure_that_nobody_watches_any_more_is_forgotten_with_what_it_read() {
    let (store, database) = database();
    let results = Results::new(database.clone(), 1 << 20, 1 << 20);
    let failed = Finished {
        outcome: Arc::new(QueryOutcome::new(Err(Error::internal("out of time")), None)),
        ..run(&database, "a", "x", "")
    };
    let entry = watch(&results, failed);
    results.unwatch(entry);
    assert_eq!(results.sizes().0, 0);
    // The next run gets further, and reads something else.
    let entry = watch(&results, run(&database, "a", "y", "one"));
    assert_eq!(found(&results, "a"), Some("one".into()));
    write(&*store, "y");
    assert_eq!(results.advance().ended, [entry]);
}

#[test]
fn what_a_run_that_failed_had_read_is_not_what_a_later_one_has() {
    let (store, database) = database();
    let results = Results::new(database.clone(), 1 << 20, 1 << 20);
    let failed = Finished {
        outcome: Arc::new(QueryOutcome::new(Err(Error::internal("out of time")), None)),
        ..run(&database, "a", "x", "")
    };
    let failure = watch(&results, failed);
    // Whatever becomes of the failure's outcome, one who asks gets further.
    for _ in 0..2 {
        results.keep(run(&database, "a", "y", "one"));
    }
    assert_eq!(found(&results, "a"), Some("one".into()));
    write(&*store, "y");
    assert_eq!(found(&results, "a"), None);
    assert_eq!(results.advance().ended, []);
    write(&*store, "x");
    assert_eq!(results.advance().ended, [failure]);
}
