//! Opening, closing and what survives.

use super::*;

#[test]
fn the_second_open_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path());
    let second = Embedded::open(dir.path(), small());
    assert!(
        second
            .unwrap_err()
            .to_string()
            .contains("in use by another process")
    );
    first.close().unwrap();
    open(dir.path());
}

#[test]
fn closing_is_final_and_can_be_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    put(&store, 1, "key", "value").unwrap();
    store.close().unwrap();
    store.close().unwrap();
    assert_eq!(store.durable(), Timestamp(1));
    assert!(matches!(put(&store, 2, "key", "value"), Err(StoreError::Closed)));
    assert!(matches!(durable(&store, 2), Err(StoreError::Closed)));
}

#[test]
fn timestamps_survive_restarts() {
    let dir = tempfile::tempdir().unwrap();
    for (round, ts) in [7, 8, (1 << 63) - 1].into_iter().enumerate() {
        let store = open(dir.path());
        put_durably(&store, ts, "round", &round.to_string());
        if round == 0 {
            store.close().unwrap();
        }
        drop(store);
        let store = open(dir.path());
        assert_eq!((store.ordered(), store.durable()), (Timestamp(ts), Timestamp(ts)));
        assert_eq!(read(&store, "round"), Some(round.to_string()));
    }
}

#[test]
fn a_killed_process_loses_nothing_that_was_durable() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(dir.path());
    for ts in 1..=300 {
        put_durably(&store, ts, &format!("key {ts}"), &"x".repeat(40));
        if ts % 100 == 50 {
            store.checkpoint().unwrap();
        }
        if ts % 60 == 0 {
            let crashed = copy.path().join(ts.to_string());
            copy_dir(dir.path(), &crashed);
            let reopened = open(&crashed);
            assert_eq!(all(&*reopened.snapshot(Timestamp(ts)).unwrap()).len() as u64, ts);
            put_durably(&reopened, ts + 1, "and", "on");
        }
    }
}

#[test]
fn the_feed_after_a_crash_reaches_back_to_the_checkpoint() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    put(&store, 1, "a", "1").unwrap();
    store.checkpoint().unwrap();
    put(&store, 2, "b", "2").unwrap();
    drop(store);
    let store = open(dir.path());
    assert_eq!(
        *store.feed(Timestamp(1)).unwrap()[0],
        Changes::from(&commit(2, &[("b", Some("2"))]))
    );
    assert!(matches!(
        store.feed(Timestamp::ZERO),
        Err(StoreError::TooOld { .. })
    ));
}

#[test]
fn segments_below_the_checkpoint_are_used_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for ts in 1..=1000 {
        put(&store, ts, "key", &"x".repeat(100)).unwrap();
        if ts % 100 == 0 {
            store.checkpoint().unwrap();
        }
    }
    // 1000 records of 150 bytes are 40 segments of 4 KiB.
    assert!(fs::read_dir(dir.path().join("log")).unwrap().count() < 20);
    drop(store);
    assert_eq!(open(dir.path()).ordered(), Timestamp(1000));
}

#[test]
fn commits_that_write_nothing_do_not_fill_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let store = Embedded::open(
        dir.path(),
        Options {
            overlay_bytes: 1_000,
            ..small()
        },
    )
    .unwrap();
    for ts in 1..=2000 {
        store.append(store.ordered(), &commit(ts, &[])).unwrap();
    }
    store.close().unwrap();
    assert!(fs::read_dir(dir.path().join("log")).unwrap().count() < 20);
    assert_eq!(open(dir.path()).ordered(), Timestamp(2000));
}

#[test]
fn a_commit_larger_than_a_segment_gets_one_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let large = "x".repeat(100_000);
    put(&store, 1, "small", "x").unwrap();
    put(&store, 2, "large", &large).unwrap();
    put(&store, 3, "small", "y").unwrap();
    drop(store);
    let store = open(dir.path());
    assert_eq!(read(&store, "large"), Some(large.clone()));
    assert_eq!(read(&store, "small").as_deref(), Some("y"));
    put(&store, 4, "large", &large).unwrap();
    store.close().unwrap();
    assert_eq!(read(&open(dir.path()), "large"), Some(large));
}

#[test]
fn writers_wait_while_memory_is_full_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let store = Embedded::open(
        dir.path(),
        Options {
            overlay_bytes: 4_000,
            ..small()
        },
    )
    .unwrap();
    for ts in 1..=500 {
        put(&store, ts, &format!("key {}", ts % 50), &ts.to_string()).unwrap();
    }
    store.close().unwrap();
    let store = open(dir.path());
    assert_eq!(all(&*store.snapshot(Timestamp(500)).unwrap()).len(), 50);
    assert_eq!(read(&store, "key 49").as_deref(), Some("499"));
}

#[test]
fn without_its_engine_a_whole_log_is_replayed() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    put_durably(&store, 1, "key", "value");
    drop(store);
    fs::remove_file(dir.path().join("state.redb")).unwrap();
    assert_eq!(read(&open(dir.path()), "key").as_deref(), Some("value"));
}

#[test]
fn without_its_log_the_store_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    put_durably(&store, 1, "key", "value");
    drop(store);
    fs::remove_dir_all(dir.path().join("log")).unwrap();
    let refused = Embedded::open(dir.path(), small()).unwrap_err().to_string();
    assert!(
        refused.contains("00000000000000000001.log") && refused.contains("backup"),
        "{refused}"
    );
}

/// What `when_durable(ts)` was told so far.
fn waiting_for(store: &dyn Store, ts: u64) -> mpsc::Receiver<Result<(), StoreError>> {
    let (sender, receiver) = mpsc::channel();
    let told = move |answer| sender.send(answer).unwrap();
    store.when_durable(Timestamp(ts), Box::new(told));
    receiver
}

#[test]
fn one_can_wait_for_a_commit_that_is_not_there_yet() {
    let dir = tempfile::tempdir().unwrap();
    let stores: [Box<dyn Store>; 2] = [Box::new(open(dir.path())), Box::new(super::super::Memory::new())];
    for store in &stores {
        put_durably(&**store, 5, "key", "value");
        let later = waiting_for(&**store, 6);
        assert!(later.try_recv().is_err(), "told before there was one");
        put(&**store, 10, "key", "value").unwrap();
        assert!(later.recv().unwrap().is_ok());
        let never = waiting_for(&**store, 11);
        store.close().unwrap();
        assert!(matches!(never.recv().unwrap(), Err(StoreError::Closed)));
    }
}
