//! Nobody starves.

use std::{
    sync::{
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use lunora_core::{id::DocumentId, shape::Shapes, value::Value};

use super::fixture::{Item, begin, insert, item, items, memory};
use crate::{
    database::{CommitError, Database, LaneGuard, OpenOptions, Schema, TableSchema},
    sync::Instant,
};

const LONG: Duration = Duration::from_secs(20);

/// Adds one to the document's rank; `work` is what the function does between its read and its commit.
fn add(database: &Database, id: DocumentId, work: impl Fn()) -> Result<(), CommitError> {
    let mut transaction = begin(database);
    let rank = transaction
        .get(id)
        .unwrap()
        .unwrap()
        .fields
        .get("rank")
        .and_then(Value::as_f64);
    work();
    transaction
        .patch(id, [("rank", Some((rank.unwrap_or(0.0) + 1.0).into()))])
        .unwrap();
    database.commit(transaction).map(drop)
}

/// What the functions room does: after two losses in the lane.
fn run(database: &Database, id: DocumentId, work: impl Fn()) -> u32 {
    for losses in 0.. {
        let _lane = (losses >= 2).then(|| lane(database));
        match add(database, id, &work) {
            Ok(()) => return losses,
            Err(CommitError::Conflict) => {}
            Err(error) => panic!("{error}"),
        }
    }
    unreachable!()
}

/// A lease, for which there is all the time in the world.
fn lane(database: &Database) -> LaneGuard {
    database
        .lane(Duration::ZERO, Instant::now() + Duration::from_mins(5))
        .unwrap()
}

#[test]
fn a_slow_writer_among_fast_ones_loses_twice_at_most() {
    let database = items();
    let id = insert(&database, [item(0.0, 0.0, "hot")])[0];
    let (stop, commits) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    assert!(run(&database, id, || ()) <= 2);
                    commits.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for _ in 0..10 {
            assert!(run(&database, id, || thread::sleep(Duration::from_millis(5))) <= 2);
            commits.fetch_add(1, Ordering::Relaxed);
        }
        stop.store(true, Ordering::Relaxed);
    });
    let document = begin(&database).get(id).unwrap().unwrap();
    let commits = u32::try_from(commits.into_inner()).unwrap();
    assert_eq!(document.fields.get("rank"), Some(&f64::from(commits).into()));
    assert!(commits > 20, "the fast ones went on meanwhile: {commits}");
}

#[test]
fn others_wait_for_the_holder_and_go_on_after_it() {
    let database = items();
    let id = insert(&database, [item(0.0, 0.0, "hot")])[0];
    let lane = lane(&database);
    let (done, wait) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let result = add(&database, id, || ());
            done.send(result.is_err()).unwrap();
        });
        assert!(
            wait.recv_timeout(Duration::from_millis(50)).is_err(),
            "another writer passed the holder"
        );
        add(&database, id, || ()).unwrap();
        drop(lane);
        assert!(
            wait.recv_timeout(LONG).unwrap(),
            "it had read what the holder changed"
        );
    });
}

#[test]
fn reads_and_read_only_commits_do_not_wait() {
    let database = items();
    let id = insert(&database, [item(0.0, 0.0, "hot")])[0];
    let _lane = lane(&database);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut transaction = begin(&database);
            assert!(transaction.get(id).unwrap().is_some());
            database.commit(transaction).unwrap();
        });
        reader.join().unwrap();
    });
}

#[test]
fn a_holder_that_hangs_is_passed_after_its_lease() {
    let lease = Duration::from_millis(100);
    let schema = Schema::new(vec![TableSchema::of::<Item>(&mut Shapes::default())]).unwrap();
    let database = Database::open(
        memory(),
        schema,
        OpenOptions {
            lease,
            ..OpenOptions::default()
        },
    )
    .unwrap();
    let id = insert(&database, [item(0.0, 0.0, "hot")])[0];
    let hung = lane(&database);
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| add(&database, id, || ()).unwrap());
        scope.spawn(|| drop(lane(&database)));
    });
    assert!(start.elapsed() >= lease && start.elapsed() < LONG);
    // It may still commit, as anyone may.
    add(&database, id, || ()).unwrap();
    drop(hung);
    drop(lane(&database));
}

#[test]
fn leases_are_given_in_the_order_of_asking() {
    let database = items();
    let first = lane(&database);
    let (done, order) = mpsc::channel();
    thread::scope(|scope| {
        for number in 0..5 {
            let (done, database) = (done.clone(), &database);
            scope.spawn(move || {
                let _lane = lane(database);
                done.send(number).unwrap();
            });
            // Long enough for the thread to have asked.
            thread::sleep(Duration::from_millis(30));
        }
        drop(first);
    });
    assert_eq!(order.try_iter().collect::<Vec<i32>>(), [0, 1, 2, 3, 4]);
}

#[test]
fn a_queue_for_the_lane_does_not_starve_ordinary_commits() {
    let database = items();
    let ids = insert(&database, [item(0.0, 0.0, "hot"), item(0.0, 0.0, "calm")]);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let _lane = lane(&database);
                    let _ = add(&database, ids[0], || thread::sleep(Duration::from_millis(1)));
                }
            });
        }
        let start = Instant::now();
        for _ in 0..50 {
            add(&database, ids[1], || ()).unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        assert!(start.elapsed() < LONG);
    });
}
