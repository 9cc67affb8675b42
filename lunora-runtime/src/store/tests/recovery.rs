//! What an opening costs: it follows from what was written since the last checkpoint, not from what there is.

use std::time::Duration;

use super::super::Recovery;
use super::*;

const OVERLAY: usize = 64 << 10;

fn options() -> Options {
    Options {
        overlay_bytes: OVERLAY,
        segment_bytes: 16 << 10,
        cache_bytes: 1 << 20,
        ..Options::default()
    }
}

fn open_small(dir: &Path) -> Embedded {
    Embedded::open(dir, options()).unwrap()
}

/// Writes so many keys of some 100 bytes.
fn fill(store: &Embedded, keys: u64) {
    for _ in 0..keys {
        let ts = store.ordered().0 + 1;
        put(store, ts, &format!("key {ts}"), &"x".repeat(90)).unwrap();
    }
}

/// What it takes to open a store with so many keys: after a kill, after a kill a hundred commits behind a checkpoint,
/// after a clean end. (A store that is dropped leaves what a kill leaves.)
fn recoveries(keys: u64) -> [Recovery; 3] {
    let dir = tempfile::tempdir().unwrap();
    fill(&open_small(dir.path()), keys);
    let store = open_small(dir.path());
    let killed = store.recovery();
    store.checkpoint().unwrap();
    fill(&store, 100);
    drop(store);
    let store = open_small(dir.path());
    let killed_soon = store.recovery();
    store.close().unwrap();
    drop(store);
    let store = open_small(dir.path());
    assert_eq!(
        all(&*store.snapshot(store.ordered()).unwrap()).len() as u64,
        keys + 100
    );
    [killed, killed_soon, store.recovery()]
}

#[test]
fn it_does_not_grow_with_the_data() {
    for keys in [1_000, 20_000] {
        let [killed, killed_soon, clean] = recoveries(keys);
        // A layer that is written, and one of twice the size before writers wait; a commit takes 360 bytes there.
        assert!(
            killed.replayed <= 3 * OVERLAY as u64 / 360,
            "{keys} keys: {killed:?}"
        );
        assert_eq!(killed_soon.replayed, 100, "{keys} keys");
        assert_eq!(clean.replayed, 0, "{keys} keys");
        for recovery in [killed, killed_soon, clean] {
            assert!(
                recovery.log_bytes <= 4 * OVERLAY as u64,
                "{keys} keys: {recovery:?}"
            );
        }
    }
}

/// The log of a process with more memory fills that of the next one several times over.
#[test]
fn what_comes_back_goes_into_the_engine_before_more_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let large = Options {
        overlay_bytes: 32 * OVERLAY,
        ..options()
    };
    fill(&Embedded::open(dir.path(), large).unwrap(), 2_000);
    let store = open_small(dir.path());
    assert_eq!(store.recovery().replayed, 2_000);
    fill(&store, 1);
    drop(store);
    assert_eq!(open_small(dir.path()).recovery().replayed, 1);
}

/// What is given up in memory is still in the log, which an opening reads.
#[test]
fn it_does_not_grow_with_updates_of_one_document() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        log_bytes: 2 * OVERLAY,
        history: Duration::ZERO,
        history_at_least: Duration::ZERO,
        ..options()
    };
    let store = Embedded::open(dir.path(), options).unwrap();
    for ts in 1..=20_000 {
        put(&store, ts, "key", &"x".repeat(90)).unwrap();
    }
    drop(store);
    let recovery = open_small(dir.path()).recovery();
    assert!(recovery.log_bytes <= 5 * OVERLAY as u64, "{recovery:?}");
}

#[test]
fn a_segment_that_was_filled_while_a_checkpoint_was_written_stays() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_small(dir.path());
    let log = store.log().unwrap();
    let needed = log.segment();
    let mut last = store.ordered();
    // The first one that finds no room begins the next segment.
    while log.segment() == needed {
        last = store.ordered();
        fill(&store, 1);
    }
    let first = dir.path().join(format!("log/{needed:020}.log"));
    log.release(last, needed);
    assert!(first.exists(), "the engine counts on it");
    log.release(last, needed + 1);
    assert!(!first.exists());
}
