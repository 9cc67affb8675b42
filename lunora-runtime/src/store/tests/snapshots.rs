//! What a snapshot shows, and how long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::Memory;
use super::*;

fn with_history(history: Duration, history_bytes: usize) -> Memory {
    Memory::with(&Options {
        history,
        history_bytes,
        ..Options::default()
    })
    .unwrap()
}

/// Memory suffices for nothing but what is promised.
fn without_history() -> Memory {
    with_history(Duration::from_secs(30), 0)
}

#[test]
fn a_snapshot_does_not_see_later_commits() {
    let store = Memory::new();
    put(&store, 1, "key", "old").unwrap();
    let before = store.snapshot(Timestamp(1)).unwrap();
    put(&store, 2, "key", "new").unwrap();
    assert_eq!(get(&*before, "key").as_deref(), Some("old"));
    assert_eq!(read(&store, "key").as_deref(), Some("new"));
}

#[test]
fn one_snapshot_is_shared_by_all_who_ask_for_its_timestamp() {
    let store = Memory::new();
    put(&store, 1, "key", "value").unwrap();
    let first = store.snapshot(Timestamp(1)).unwrap();
    assert!(Arc::ptr_eq(&first, &store.snapshot(Timestamp(1)).unwrap()));
}

#[test]
fn a_timestamp_nobody_ordered_has_no_snapshot() {
    let store = Memory::new();
    assert!(matches!(
        store.snapshot(Timestamp(1)),
        Err(StoreError::NotYet {
            newest: Timestamp::ZERO,
            ..
        })
    ));
}

#[test]
fn a_timestamp_chosen_before_a_checkpoint_still_works_after_it() {
    let store = without_history();
    put(&store, 1, "key", "old").unwrap();
    put(&store, 2, "key", "new").unwrap();
    store.checkpoint().unwrap();
    assert_eq!(
        get(&*store.snapshot(Timestamp(1)).unwrap(), "key").as_deref(),
        Some("old")
    );
    put(&store, 3, "key", "newer").unwrap();
    store.checkpoint().unwrap();
    let refused = store.snapshot(Timestamp(1));
    assert!(
        matches!(
            refused,
            Err(StoreError::TooOld {
                oldest: Timestamp(2),
                ..
            })
        ),
        "{refused:?}"
    );
}

/// Which of the first timestamps can be read, each with what was there then.
fn readable(store: &Memory, up_to: u64) -> Vec<u64> {
    let read = |ts: u64| match store.snapshot(Timestamp(ts)) {
        Ok(snapshot) => {
            assert_eq!(snapshot.timestamp(), Timestamp(ts));
            assert_eq!(get(&*snapshot, "key"), (ts > 0).then(|| ts.to_string()));
            true
        }
        Err(StoreError::TooOld { requested, oldest }) => {
            assert!(requested == Timestamp(ts) && oldest > requested);
            store.snapshot(oldest).unwrap();
            false
        }
        Err(other) => panic!("{other}"),
    };
    (0..=up_to).filter(|ts| read(*ts)).collect()
}

#[test]
fn timestamps_of_several_checkpoints_ago_can_be_read_as_far_as_memory_goes() {
    let two_commits = {
        let store = Memory::new();
        (10..12).for_each(|ts| put(&store, ts, "key", "10").unwrap());
        store.active().upgrade().unwrap().bytes()
    };
    for (history_bytes, oldest) in [(1 << 20, 0), (3 * two_commits, 14), (0, 18)] {
        let store = with_history(Duration::from_secs(30), history_bytes);
        for ts in 1..=20 {
            put(&store, ts, "key", &ts.to_string()).unwrap();
            if ts % 2 == 0 {
                store.checkpoint().unwrap();
            }
        }
        let all: Vec<_> = (oldest..=20).collect();
        assert_eq!(readable(&store, 20), all, "{history_bytes} bytes");
    }
}

#[test]
fn a_layer_that_is_nearly_full_forgets_nothing_while_little_is_written() {
    let options = Options {
        overlay_bytes: 100_000,
        history: Duration::from_secs(30),
        history_at_least: Duration::ZERO,
        ..Options::default()
    };
    let store = Memory::with(&options).unwrap();
    put(&store, 1, "large", &"x".repeat(80_000)).unwrap();
    (2..=100).for_each(|ts| put(&store, ts, "key", &ts.to_string()).unwrap());
    let before = store.snapshot(Timestamp(2)).map(|then| get(&*then, "key"));
    assert_eq!(before.unwrap().as_deref(), Some("2"));
    // What is written now would find no room beside that. Nor is there a view of it any more: there is a newer one.
    store.snapshot(Timestamp(100)).unwrap();
    (101..=10_000).for_each(|ts| put(&store, ts, "key", &ts.to_string()).unwrap());
    assert!(matches!(
        store.snapshot(Timestamp(2)),
        Err(StoreError::TooOld { .. })
    ));
}

#[test]
fn timestamps_that_are_too_old_are_given_up_without_another_commit() {
    let store = with_history(Duration::ZERO, 1 << 20);
    put(&store, 1, "key", "1").unwrap();
    let layer = store.active();
    store.checkpoint().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while store.snapshot(Timestamp::ZERO).is_ok() || layer.upgrade().is_some() {
        assert!(
            Instant::now() < deadline,
            "what nobody can ask for is still there"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(readable(&store, 1), [1]);
}

#[test]
fn a_held_snapshot_survives_checkpoints() {
    let store = Memory::new();
    put(&store, 1, "key", "old").unwrap();
    let held = store.snapshot(Timestamp(1)).unwrap();
    for ts in 2..6 {
        put(&store, ts, "key", "new").unwrap();
        store.checkpoint().unwrap();
    }
    assert_eq!(all(&*held), vec![("key".into(), "old".into())]);
}

#[test]
fn a_frozen_view_shows_everything_of_its_time_and_keeps_no_layer_in_memory() {
    let store = without_history();
    put(&store, 1, "key", "old").unwrap();
    let frozen = store.frozen().unwrap();
    assert_eq!(frozen.timestamp(), Timestamp(1));
    let layer = store.active();
    for ts in 2..5 {
        put(&store, ts, "key", "new").unwrap();
        store.checkpoint().unwrap();
    }
    assert!(
        layer.upgrade().is_none(),
        "memory would grow with what is written"
    );
    assert_eq!(all(&*frozen), vec![("key".into(), "old".into())]);
    assert_eq!(get(&*store.frozen().unwrap(), "key").as_deref(), Some("new"));
}

#[test]
fn a_frozen_view_of_an_empty_store_is_empty() {
    let frozen = Memory::new().frozen().unwrap();
    assert_eq!((frozen.timestamp(), all(&*frozen)), (Timestamp::ZERO, vec![]));
}

#[test]
fn a_commit_that_lost_the_race_is_told_the_head() {
    let store = Memory::new();
    put(&store, 5, "key", "value").unwrap();
    let late = store.append(Timestamp::ZERO, &commit(6, &[("key", None)]));
    assert!(matches!(late, Err(StoreError::Moved { head: Timestamp(5) })));
    let missed = store.feed(Timestamp::ZERO).unwrap();
    assert_eq!(*missed[0], Changes::from(&commit(5, &[("key", Some("value"))])));
}

#[test]
fn commits_that_break_the_rules_are_refused() {
    let store = Memory::new();
    for wrong in [
        commit(0, &[]),
        commit(1 << 63, &[]),
        commit(1, &[("b", None), ("a", None)]),
        commit(1, &[("a", None), ("a", Some("twice"))]),
    ] {
        assert!(matches!(
            store.append(Timestamp::ZERO, &wrong),
            Err(StoreError::InvalidCommit(_))
        ));
    }
    assert_eq!(store.ordered(), Timestamp::ZERO);
}

#[test]
fn the_feed_says_what_it_no_longer_has() {
    let store = Memory::with(&Options {
        recent_commits: 2,
        ..Options::default()
    })
    .unwrap();
    for ts in 1..=4 {
        put(&store, ts, "key", "value").unwrap();
    }
    assert_eq!(store.feed(Timestamp(2)).unwrap().len(), 2);
    assert!(store.feed(Timestamp(4)).unwrap().is_empty());
    assert!(matches!(
        store.feed(Timestamp(1)),
        Err(StoreError::TooOld {
            oldest: Timestamp(2),
            ..
        })
    ));
}

#[test]
fn writers_on_many_threads_each_win_in_turn() {
    let store = Arc::new(
        Memory::with(&Options {
            overlay_bytes: 20_000,
            ..Options::default()
        })
        .unwrap(),
    );
    let writer = |store: Arc<Memory>| {
        for _ in 0..200 {
            loop {
                let head = store.ordered();
                // Held up in between, a writer may find that the others have left its snapshot behind.
                let Some(count) = read_at(&*store, head) else {
                    continue;
                };
                let next = commit(head.0 + 1, &[("count", Some(&(count + 1).to_string()))]);
                match store.append(head, &next) {
                    Ok(()) => break,
                    Err(StoreError::Moved { .. }) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        }
    };
    let threads: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn({
                let store = store.clone();
                move || writer(store)
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(read(&*store, "count").as_deref(), Some("800"));
}

/// The count as of `ts`; `None` when that is no longer kept.
fn read_at(store: &dyn Store, ts: Timestamp) -> Option<u64> {
    let snapshot = match store.snapshot(ts) {
        Err(StoreError::TooOld { .. }) => return None,
        snapshot => snapshot.unwrap(),
    };
    Some(get(&*snapshot, "count").map_or(0, |count| count.parse().unwrap()))
}

/// A layer is replaced when it was full.
fn writes_into_one_layer(store: &Memory, updates: u64) -> bool {
    let layer = store.active();
    for ts in store.ordered().0 + 1..=updates {
        put(store, ts, "hot", &"x".repeat(100)).unwrap();
    }
    layer.ptr_eq(&store.active())
}

fn forgetful(history_at_least: Duration) -> Memory {
    let options = Options {
        overlay_bytes: 20_000,
        history: Duration::ZERO,
        history_at_least,
        ..Options::default()
    };
    Memory::with(&options).unwrap()
}

#[test]
fn a_document_that_is_written_again_and_again_does_not_fill_memory() {
    assert!(writes_into_one_layer(&forgetful(Duration::ZERO), 10_000));
    let patient = forgetful(Duration::from_hours(1));
    assert!(!writes_into_one_layer(&patient, 10_000));
}

#[test]
fn a_reader_keeps_what_it_reads() {
    let store = forgetful(Duration::ZERO);
    put(&store, 1, "hot", "first").unwrap();
    let reader = store.snapshot(Timestamp(1)).unwrap();
    assert!(!writes_into_one_layer(&store, 1_000));
    assert_eq!(get(&*reader, "hot").as_deref(), Some("first"));
    drop(reader);
    // The layer that it read may have to go first.
    writes_into_one_layer(&store, 2_000);
    assert!(writes_into_one_layer(&store, 20_000));
    assert!(matches!(
        store.snapshot(Timestamp(15_000)),
        Err(StoreError::TooOld { oldest, .. }) if oldest > Timestamp(15_000)
    ));
}
