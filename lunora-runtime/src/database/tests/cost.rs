//! What the hot path costs: `cargo test --release -p lunora-runtime --lib cost -- --ignored --nocapture`.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use lunora_core::table::Patch;

use super::fixture::{ITEMS, Item, begin, insert, item, items, now, shared};
use crate::database::Database;

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
        let start = Instant::now();
        for round in 0..ROUNDS {
            transfer(&database, round, &mut phases);
        }
        let [begin, find, patch, commit] = phases.map(|sum| sum / ROUNDS);
        let whole = start.elapsed() / ROUNDS;
        println!(
            "pass {pass}: transfer {whole:?}: begin {begin:?}, find 2 {find:?}, patch 2 {patch:?}, commit {commit:?}"
        );
    }
}

#[test]
#[ignore = "a measurement"]
fn cost_of_reads() {
    let database = accounts();
    let start = Instant::now();
    let rows = now(shared(&database).reader().query::<Item>().take(30_000)).unwrap();
    println!("typed scan: {:?} a row", start.elapsed() / 30_000);
    let start = Instant::now();
    let transaction = shared(&database);
    for row in &rows[..10_000] {
        black_box(now(transaction.reader().get(row.id())).unwrap());
    }
    println!("typed get: {:?}", start.elapsed() / 10_000);
    let mut options = super::fixture::options();
    options.limits.documents_read = u64::MAX;
    let start = Instant::now();
    let mut transaction = database
        .begin(crate::database::Freshness::Ordered, options)
        .unwrap();
    assert_eq!(transaction.count(ITEMS, None).unwrap(), u64::from(ACCOUNTS));
    println!("count: {:?} an entry", start.elapsed() / ACCOUNTS);
    drop(begin(&database));
}
