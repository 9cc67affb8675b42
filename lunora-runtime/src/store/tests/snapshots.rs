//! What a snapshot shows, and how long.

use std::sync::Arc;

use super::super::Memory;
use super::*;

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
    let store = Memory::new();
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
    let store = Memory::new();
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
    let late = store.append(Timestamp::ZERO, commit(6, &[("key", None)]));
    assert!(matches!(late, Err(StoreError::Moved { head: Timestamp(5) })));
    let missed = store.feed(Timestamp::ZERO).unwrap();
    assert_eq!(*missed[0], commit(5, &[("key", Some("value"))]));
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
            store.append(Timestamp::ZERO, wrong),
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
                match store.append(head, next) {
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
