//! What the hot path costs: `cargo test --release -p lunora-runtime --lib cost -- --ignored --nocapture`.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use lunora_core::table::Patch;

use super::fixture::{ITEMS, Item, begin, insert, item, items, now, shared};
use crate::{
    database::Database,
    store::{Commit, Direction, KeyRange, Timestamp},
};

const ACCOUNTS: u32 = 100_000;
const ROUNDS: u32 = 100_000;

fn accounts() -> Database {
    let database = items();
    for start in (0..ACCOUNTS).step_by(1_000) {
        insert(
            &database,
            (start..start + 1_000).map(|n| item(0.0, 100.0, &format!("account{n}"))),
        );
    }
    database
}

/// What `bank:transfer` does: two look-ups by a unique index, two patches.
fn transfer(database: &Database, round: u32, phases: &mut [Duration; 4]) {
    let start = Instant::now();
    let transaction = shared(database);
    let db = transaction.writer();
    let find = |n: u32| {
        let key = format!("account{}", n % ACCOUNTS);
        now(db.query::<Item>().with_index(Item::by_key().eq(&key)).unique())
            .unwrap()
            .unwrap()
    };
    let began = Instant::now();
    let (from, to) = (
        find(round.wrapping_mul(2_654_435_761)),
        find(round.wrapping_mul(40_503) + 7),
    );
    let found = Instant::now();
    now(db.patch(from.id(), Patch::new().set("rank", &(from.rank.unwrap() - 1.0)))).unwrap();
    now(db.patch(to.id(), Patch::new().set("rank", &(to.rank.unwrap() + 1.0)))).unwrap();
    let patched = Instant::now();
    let _ = black_box(database.commit(transaction.take().unwrap()));
    let ends = [began - start, found - began, patched - found, patched.elapsed()];
    phases.iter_mut().zip(ends).for_each(|(sum, one)| *sum += one);
}

#[test]
#[ignore = "a measurement"]
fn cost_of_a_transfer() {
    let database = accounts();
    for pass in 0..3 {
        let mut phases = [Duration::ZERO; 4];
        let start = cpu();
        for round in 0..ROUNDS {
            transfer(&database, round, &mut phases);
        }
        let [begin, find, patch, commit] = phases.map(|sum| sum / ROUNDS);
        let whole = (cpu() - start) / u64::from(ROUNDS);
        println!(
            "pass {pass}: transfer {whole} ns CPU; wall: begin {begin:?}, find 2 {find:?}, patch 2 {patch:?}, commit {commit:?}"
        );
    }
}

/// CPU time of this thread in nanoseconds, which noise on a shared machine does not change much.
fn cpu() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ')
        .next()
        .and_then(|time| time.parse().ok())
        .unwrap_or_default()
}

/// Mean CPU time of `work`.
fn cost(name: &str, times: u32, mut work: impl FnMut(u32)) {
    let start = cpu();
    for time in 0..times {
        work(time);
    }
    println!("{name}: {} ns CPU", (cpu() - start) / u64::from(times));
}

#[test]
#[ignore = "a measurement"]
fn cost_of_the_store_below() {
    let database = accounts();
    let store = &database.committer().store;
    let snapshot = store.snapshot(store.ordered()).unwrap();
    let keys: Vec<_> = snapshot
        .range(crate::database::keys::documents(ITEMS), Direction::Ascending)
        .map(|pair| pair.unwrap().0)
        .collect();
    let key = |n: u32| &keys[(n.wrapping_mul(2_654_435_761) % ACCOUNTS) as usize];
    cost("store: get", ROUNDS, |n| drop(black_box(snapshot.get(key(n)))));
    cost("store: range of one", ROUNDS, |n| {
        black_box(
            snapshot
                .range(KeyRange::prefix(key(n)), Direction::Ascending)
                .take(2)
                .count(),
        );
    });
    cost("store: snapshot", ROUNDS, |_| {
        drop(black_box(store.snapshot(store.ordered())));
    });
    let payload = snapshot.get(&keys[0]).unwrap();
    cost("store: append of 2", ROUNDS, |n| {
        let mut writes = vec![
            (key(n).clone(), payload.clone()),
            (key(n + 1).clone(), payload.clone()),
        ];
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
    });
}

#[test]
#[ignore = "a measurement"]
fn cost_of_reads() {
    let database = accounts();
    let start = cpu();
    let rows = now(shared(&database).reader().query::<Item>().take(30_000)).unwrap();
    println!("typed scan: {} ns CPU a row", (cpu() - start) / 30_000);
    let transaction = shared(&database);
    cost("typed get", 10_000, |n| {
        black_box(now(transaction.reader().get(rows[n as usize].id())).unwrap());
    });
    let mut options = super::fixture::options();
    options.limits.documents_read = u64::MAX;
    let start = cpu();
    let mut transaction = database
        .begin(crate::database::Freshness::Ordered, options)
        .unwrap();
    assert_eq!(transaction.count(ITEMS, None).unwrap(), u64::from(ACCOUNTS));
    println!("count: {} ns CPU an entry", (cpu() - start) / u64::from(ACCOUNTS));
    drop(begin(&database));
}
