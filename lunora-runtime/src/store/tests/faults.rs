//! A disk that is full, and one that fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use super::super::engine::CLOSE_PATIENCE;
use super::super::log::Files;
use super::broken::{SOON, failure_of};
use super::damage::{FIRST, RECORD, without_seal};
use super::faulty::{Faults, FaultyDisk};
use super::*;

fn open_faulty(dir: &Path) -> (Embedded, Arc<Faults>) {
    open_faulty_with(dir, &small())
}

fn open_faulty_with(dir: &Path, options: &Options) -> (Embedded, Arc<Faults>) {
    let faults = Arc::<Faults>::default();
    let files: Arc<dyn Files> = Arc::new(FaultyDisk(Arc::clone(&faults)));
    (Embedded::open_on(dir, options, &files).unwrap(), faults)
}

/// Appends commits from `ts` on until one is refused; gives its timestamp and why.
fn fill(store: &Embedded, mut ts: u64) -> (u64, StoreError) {
    loop {
        match put(store, ts, &format!("key {ts}"), &"x".repeat(200)) {
            Ok(()) => ts += 1,
            Err(error) => return (ts, error),
        }
    }
}

fn soon(what: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !what() {
        assert!(Instant::now() < deadline, "it never happened");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A sync is what a commit costs, and what many can share.
#[test]
fn a_commit_alone_is_synced_at_once_and_all_that_come_meanwhile_with_one_more_sync() {
    const MEANWHILE: u64 = 500;
    let (dir, one_segment) = (tempfile::tempdir().unwrap(), 1 << 20);
    let options = Options {
        segment_bytes: one_segment,
        ..small()
    };
    let (store, faults) = open_faulty_with(dir.path(), &options);
    let syncs = || faults.syncs_of_records.load(SeqCst);
    faults.syncs_hang.store(true, SeqCst);
    put(&store, 1, "key", "alone").unwrap();
    soon(|| syncs() == 1);
    for ts in 2..2 + MEANWHILE {
        put(&store, ts, "key", "meanwhile").unwrap();
    }
    assert_eq!((store.durable(), syncs()), (Timestamp(0), 1));
    faults.syncs_hang.store(false, SeqCst);
    durable(&store, 1 + MEANWHILE).unwrap();
    assert_eq!(syncs(), 2);
    put_durably(&store, 2 + MEANWHILE, "key", "alone");
    assert_eq!(syncs(), 3);
}

#[test]
fn a_full_disk_refuses_writes_keeps_reading_and_recovers() {
    let dir = tempfile::tempdir().unwrap();
    let (store, faults) = open_faulty(dir.path());
    put_durably(&store, 1, "key 1", "value");
    faults.no_space.store(true, SeqCst);
    let (refused, error) = fill(&store, 2);
    assert!(matches!(error, StoreError::DiskFull), "{error}");
    assert_eq!(store.ordered().0, refused - 1);
    durable(&store, refused - 1).unwrap();
    assert_eq!(read(&store, "key 1").as_deref(), Some("value"));

    faults.no_space.store(false, SeqCst);
    soon(|| put(&store, refused, "after", "it").is_ok());
    durable(&store, refused).unwrap();
    drop(store);
    assert_eq!(
        all(&*open(dir.path()).snapshot(Timestamp(refused)).unwrap()).len() as u64,
        refused
    );
}

#[test]
fn a_commit_too_large_for_a_full_disk_does_not_keep_smaller_ones_out() {
    let dir = tempfile::tempdir().unwrap();
    let (store, faults) = open_faulty(dir.path());
    put(&store, 1, "large", &"x".repeat(8000)).unwrap();
    put_durably(&store, 2, "small", "x");
    let ts = 3;
    faults.no_space.store(true, SeqCst);
    assert!(matches!(
        put(&store, ts, "large", &"y".repeat(8000)),
        Err(StoreError::DiskFull)
    ));
    put_durably(&store, ts, "small", "y");
    assert_eq!(read(&store, "small").as_deref(), Some("y"));
}

#[test]
fn after_a_failed_sync_nothing_is_acknowledged_any_more() {
    let dir = tempfile::tempdir().unwrap();
    let (store, faults) = open_faulty(dir.path());
    put_durably(&store, 1, "key", "value");
    faults.syncs_fail.store(true, SeqCst);
    let told = failure_of(&store);
    put(&store, 2, "key", "lost").unwrap();
    assert!(matches!(durable(&store, 2), Err(StoreError::Failed(_))));
    assert!(matches!(told.recv().unwrap(), StoreError::Failed(_)));
    faults.syncs_fail.store(false, SeqCst);
    assert_eq!(store.durable(), Timestamp(1));
    assert!(matches!(
        put(&store, 3, "key", "later"),
        Err(StoreError::Failed(_))
    ));
    assert!(matches!(durable(&store, 2), Err(StoreError::Failed(_))));
    assert!(matches!(store.snapshot(Timestamp(1)), Err(StoreError::Failed(_))));
    assert!(matches!(store.feed(Timestamp(0)), Err(StoreError::Failed(_))));
    assert!(matches!(store.close(), Err(StoreError::Failed(_))));
}

#[test]
fn a_failed_write_is_as_final_as_a_failed_sync() {
    let dir = tempfile::tempdir().unwrap();
    let (store, faults) = open_faulty(dir.path());
    put_durably(&store, 1, "key", "value");
    faults.writes_fail.store(true, SeqCst);
    put(&store, 2, "key", "lost").unwrap();
    let told = durable(&store, 2).unwrap_err().to_string();
    assert!(told.contains("must be restarted"), "{told}");
    drop(store);
    assert_eq!(read(&open(dir.path()), "key").as_deref(), Some("value"));
}

/// A store with `key` and so many others in its engine alone that their pages have to be read, with no cache in front.
fn checkpointed(dir: &Path) -> (Embedded, Arc<Faults>) {
    let faults = Arc::<Faults>::default();
    let files: Arc<dyn Files> = Arc::new(FaultyDisk(Arc::clone(&faults)));
    let options = Options {
        cache_bytes: 0,
        ..small()
    };
    let store = Embedded::open_on(dir, &options, &files).unwrap();
    let others: Vec<_> = (0..300).map(|n| format!("other {n:03}")).collect();
    let mut writes = vec![("key", Some("value"))];
    writes.extend(others.iter().map(|key| (&key[..], Some("value"))));
    store.append(Timestamp(0), &commit(1, &writes)).unwrap();
    durable(&store, 1).unwrap();
    store.checkpoint().unwrap();
    (store, faults)
}

#[test]
fn a_failed_read_ends_the_store_and_loses_nothing() {
    for scans in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let (store, faults) = checkpointed(dir.path());
        let told = failure_of(&store);
        let snapshot = store.snapshot(Timestamp(1)).unwrap();
        faults.reads_fail.store(true, SeqCst);
        let error = if scans {
            snapshot
                .range(KeyRange::all(), Direction::Ascending)
                .next()
                .unwrap()
                .unwrap_err()
        } else {
            snapshot.get(b"key").unwrap_err()
        };
        assert!(error.to_string().contains("state.redb"), "{error}");
        let failure = told.recv_timeout(SOON).unwrap();
        assert!(matches!(failure, StoreError::Failed(_)), "{failure}");
        let file = dir.path().join("state.redb");
        for part in ["cannot be read", file.to_str().unwrap(), "other error"] {
            assert!(failure.to_string().contains(part), "{failure}");
        }
        // Also when the disk reads again: redb does not.
        faults.reads_fail.store(false, SeqCst);
        assert!(matches!(store.snapshot(Timestamp(1)), Err(StoreError::Failed(_))));
        assert!(matches!(
            put(&store, 2, "key", "later"),
            Err(StoreError::Failed(_))
        ));
        assert!(matches!(store.close(), Err(StoreError::Failed(_))));
        drop((snapshot, store));
        assert_eq!(read(&open(dir.path()), "key").as_deref(), Some("value"));
    }
}

#[test]
fn what_was_acknowledged_before_a_failed_read_is_in_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let (store, faults) = checkpointed(dir.path());
    put_durably(&store, 2, "later", "value");
    faults.reads_fail.store(true, SeqCst);
    store.snapshot(Timestamp(2)).unwrap().get(b"key").unwrap_err();
    assert!(matches!(store.close(), Err(StoreError::Failed(_))));
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.recovery().replayed, 1, "no checkpoint after it");
    assert_eq!(all(&*store.snapshot(Timestamp(2)).unwrap()).len(), 302);
}

#[test]
fn reads_that_are_refused_for_other_reasons_do_not_end_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = checkpointed(dir.path());
    let told = failure_of(&store);
    store.snapshot(Timestamp(9)).unwrap_err();
    let snapshot = store.snapshot(Timestamp(1)).unwrap();
    store.close().unwrap();
    snapshot.get(b"key").unwrap_err();
    assert!(matches!(store.snapshot(Timestamp(1)), Err(StoreError::Closed)));
    drop((snapshot, store));
    assert_eq!(told.try_recv().unwrap_err(), mpsc::TryRecvError::Disconnected);
}

#[test]
fn a_disk_that_becomes_read_only_ends_the_store_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, faults) = open_faulty(dir.path());
    put_durably(&store, 1, "key", "value");
    let told = failure_of(&store);
    faults.read_only.store(true, SeqCst);
    let (_, error) = fill(&store, 2);
    assert!(
        matches!(error, StoreError::Failed(_) | StoreError::Io { .. }),
        "{error}"
    );
    let failure = told.recv().unwrap().to_string();
    assert!(failure.contains("read-only"), "{failure}");
    assert!(durable(&store, 2).is_err(), "nothing is acknowledged any more");
    drop(store);
    assert_eq!(read(&open(dir.path()), "key").as_deref(), Some("value"));
}

#[test]
fn a_store_on_a_read_only_disk_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let faults = Arc::<Faults>::default();
    faults.read_only.store(true, SeqCst);
    let files: Arc<dyn Files> = Arc::new(FaultyDisk(faults));
    let error = Embedded::open_on(dir.path(), &small(), &files)
        .unwrap_err()
        .to_string();
    assert!(error.contains(dir.path().to_str().unwrap()), "{error}");
    assert!(error.contains("mount it for writing"), "{error}");
}

#[test]
fn a_new_store_on_a_full_disk_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let faults = Arc::<Faults>::default();
    faults.no_space.store(true, SeqCst);
    let files: Arc<dyn Files> = Arc::new(FaultyDisk(Arc::clone(&faults)));
    let error = Embedded::open_on(dir.path(), &small(), &files)
        .unwrap_err()
        .to_string();
    assert!(error.contains("make some, then start again"), "{error}");
    faults.no_space.store(false, SeqCst);
    drop(Embedded::open_on(dir.path(), &small(), &files).unwrap());
}

#[test]
fn what_was_ordered_waits_for_room_where_even_overwriting_needs_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, faults) = open_faulty(dir.path());
    put_durably(&store, 1, "key", "value");
    faults.writes_find_no_space.store(true, SeqCst);
    put(&store, 2, "key", "waits").unwrap();
    soon(|| matches!(put(&store, 3, "key", "refused"), Err(StoreError::DiskFull)) || store.ordered().0 > 2);
    let acknowledged = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&acknowledged);
    store.when_durable(
        Timestamp(2),
        Box::new(move |answer| flag.store(answer.is_ok(), SeqCst)),
    );
    assert!(!acknowledged.load(SeqCst));
    faults.writes_find_no_space.store(false, SeqCst);
    soon(|| acknowledged.load(SeqCst));
}

#[test]
fn closing_on_a_disk_that_stays_full_drops_only_what_was_never_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let (store, faults) = open_faulty(dir.path());
    put_durably(&store, 1, "key", "value");
    let told = failure_of(&store);
    faults.writes_find_no_space.store(true, SeqCst);
    put(&store, 2, "key", "waits").unwrap();
    let (sender, answer) = mpsc::channel();
    store.when_durable(Timestamp(2), Box::new(move |answer| sender.send(answer).unwrap()));
    let (sender, closed) = mpsc::channel();
    std::thread::spawn(move || sender.send(store.close()).unwrap());
    let error = closed.recv_timeout(Duration::from_secs(10)).unwrap().unwrap_err();
    assert!(matches!(error, StoreError::Unwritten), "{error}");
    assert!(matches!(answer.recv().unwrap(), Err(StoreError::Unwritten)));
    assert!(told.recv().is_err(), "a full disk is no failure");

    let store = open(dir.path());
    assert_eq!(store.ordered(), Timestamp(1));
    assert_eq!(read(&store, "key").as_deref(), Some("value"));
}

#[test]
fn closing_on_a_full_disk_that_gets_room_in_time_keeps_everything() {
    let dir = tempfile::tempdir().unwrap();
    let (store, faults) = open_faulty(dir.path());
    put_durably(&store, 1, "key", "value");
    faults.writes_find_no_space.store(true, SeqCst);
    put(&store, 2, "key", "waits").unwrap();
    std::thread::scope(|scope| {
        let closing = scope.spawn(|| store.close());
        std::thread::sleep(Duration::from_millis(100));
        faults.writes_find_no_space.store(false, SeqCst);
        closing.join().unwrap().unwrap();
    });
    assert_eq!(read(&open(dir.path()), "key").as_deref(), Some("waits"));
}

#[test]
fn closing_on_a_slow_disk_takes_as_long_as_it_takes() {
    let dir = tempfile::tempdir().unwrap();
    let (store, faults) = open_faulty(dir.path());
    faults.syncs_hang.store(true, SeqCst);
    put(&store, 1, "key", "value").unwrap();
    std::thread::scope(|scope| {
        let closing = scope.spawn(|| store.close());
        std::thread::sleep(2 * CLOSE_PATIENCE);
        let waits = !closing.is_finished();
        faults.syncs_hang.store(false, SeqCst);
        closing.join().unwrap().unwrap();
        assert!(waits);
    });
}

/// Commits 1 and 2 alone, then 3, 4 and 5 in one write.
fn grouped(dir: &Path) {
    let (store, faults) = open_faulty(dir);
    put_durably(&store, 1, "key 1", "a value");
    faults.syncs_hang.store(true, SeqCst);
    put(&store, 2, "key 2", "a value").unwrap();
    // Until the log thread has taken commit 2 there is nothing behind which others could gather.
    std::thread::sleep(Duration::from_millis(50));
    for ts in 3..=5 {
        put(&store, ts, &format!("key {ts}"), "a value").unwrap();
    }
    assert_eq!(store.durable(), Timestamp(1));
    faults.syncs_hang.store(false, SeqCst);
    durable(&store, 5).unwrap();
}

#[test]
fn a_group_that_reached_the_disk_in_part_is_dropped_whole_and_stays_dropped() {
    let dir = tempfile::tempdir().unwrap();
    grouped(dir.path());
    let segment = dir.path().join("log/00000000000000000001.log");
    let mut bytes = fs::read(&segment).unwrap();
    without_seal(&mut bytes, 5);
    // The disk wrote the pages out of order: 4 and 5 are there, 3 is not.
    bytes[FIRST + 2 * RECORD..FIRST + 3 * RECORD].fill(0);
    fs::write(&segment, &bytes).unwrap();

    let (store, faults) = open_faulty(dir.path());
    assert_eq!(store.ordered(), Timestamp(2));
    // Killed between the write and the sync: not even a seal separates the new 3 from the old 4 and 5.
    faults.syncs_hang.store(true, SeqCst);
    put(&store, 3, "key 3", "a lying").unwrap();
    soon(|| fs::read(&segment).unwrap()[FIRST + 2 * RECORD..FIRST + 3 * RECORD] != [0; RECORD]);
    let killed = dir.path().join("killed");
    copy_dir(&dir.path().join("log"), &killed.join("log"));
    faults.syncs_hang.store(false, SeqCst);

    let store = open(&killed);
    assert_eq!(
        store.ordered(),
        Timestamp(3),
        "the old 4 and 5 fit behind the new 3, and must not come back"
    );
    assert_eq!(all(&*store.snapshot(Timestamp(3)).unwrap()).len(), 3);
}

#[test]
fn a_checkpoint_waits_for_what_is_not_durable_yet() {
    let dir = tempfile::tempdir().unwrap();
    let (store, faults) = open_faulty(dir.path());
    faults.syncs_hang.store(true, SeqCst);
    put(&store, 1, "key", "value").unwrap();
    std::thread::scope(|scope| {
        let checkpoint = scope.spawn(|| store.checkpoint());
        std::thread::sleep(Duration::from_millis(100));
        let waits = !checkpoint.is_finished();
        faults.syncs_hang.store(false, SeqCst);
        checkpoint.join().unwrap().unwrap();
        assert!(waits);
    });
}

#[test]
fn a_callback_that_panics_harms_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    put(&store, 1, "key", "value").unwrap();
    store.when_durable(Timestamp(2), Box::new(|_| panic!("on purpose")));
    put_durably(&store, 2, "key", "value");
    put_durably(&store, 3, "key", "value");
}
