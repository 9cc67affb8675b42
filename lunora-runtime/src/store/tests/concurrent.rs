//! Readers beside a writer and beside checkpoints.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use super::*;

const ACCOUNTS: u64 = 50;
const TOTAL: u64 = ACCOUNTS * 100;

fn account(number: u64) -> String {
    format!("account {number:02}")
}

fn balance(snapshot: &dyn Snapshot, number: u64) -> u64 {
    get(snapshot, &account(number)).unwrap().parse().unwrap()
}

/// Moves 1 from one account to another.
fn transfer(store: &dyn Store, round: u64) {
    let head = store.ordered();
    let snapshot = store.snapshot(head).unwrap();
    let (from, to) = (round % ACCOUNTS, (round * 7 + 1) % ACCOUNTS);
    let (low, high) = (from.min(to), from.max(to));
    if low == high || balance(&*snapshot, from) == 0 {
        return;
    }
    let after = |number| balance(&*snapshot, number) + u64::from(number == to) - u64::from(number == from);
    let (low_after, high_after) = (after(low).to_string(), after(high).to_string());
    let writes = commit(
        head.0 + 1,
        &[
            (&account(low), Some(&low_after)),
            (&account(high), Some(&high_after)),
        ],
    );
    store.append(head, &writes).unwrap();
}

fn check_total(snapshot: &dyn Snapshot, direction: Direction) {
    let pairs = snapshot.range(KeyRange::prefix(b"account"), direction);
    let total: u64 = pairs
        .map(|pair| {
            String::from_utf8(pair.unwrap().1.to_vec())
                .unwrap()
                .parse::<u64>()
                .unwrap()
        })
        .sum();
    assert_eq!(total, TOTAL, "as of {}", snapshot.timestamp());
}

#[test]
fn no_reader_ever_sees_half_a_commit() {
    let dir = tempfile::tempdir().unwrap();
    let store = Embedded::open(
        dir.path(),
        Options {
            overlay_bytes: 100_000,
            ..small()
        },
    )
    .unwrap();
    let first: Vec<_> = (0..ACCOUNTS)
        .map(|number| (Key::from(account(number)), Some("100".into())))
        .collect();
    store
        .append(
            Timestamp::ZERO,
            &Commit {
                ts: Timestamp(1),
                writes: first,
            },
        )
        .unwrap();
    durable(&store, 1).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for direction in [Direction::Ascending, Direction::Descending] {
            let (store, done) = (&store, &done);
            scope.spawn(move || {
                while !done.load(SeqCst) {
                    check_total(&*store.snapshot(store.ordered()).unwrap(), direction);
                    check_total(&*store.snapshot(store.durable()).unwrap(), direction);
                }
            });
        }
        let written = scope
            .spawn(|| (0..5_000).for_each(|round| transfer(&store, round)))
            .join();
        // Before a panic of the writer is passed on, or the readers would go on forever.
        done.store(true, SeqCst);
        written.unwrap();
    });
    drop(store);
    let store = open(dir.path());
    check_total(&*store.snapshot(store.durable()).unwrap(), Direction::Ascending);
}
