//! What nobody can read any more takes no room: directories stay small however long one writes.
//!
//! `LUNORA_UPDATES` sets how many updates there are (50,000 unless set).

use std::{collections::VecDeque, fs, path::Path, sync::Arc, time::Duration};

use lunora_core::{id::DocumentId, value::Value};

use super::fixture::{begin, insert, item, items_schema, open};
use crate::{
    database::Database,
    store::{Embedded, Options, Store},
};

const OPTIONS: Options = Options {
    overlay_bytes: 256 << 10,
    log_bytes: 512 << 10,
    segment_bytes: 64 << 10,
    cache_bytes: 1 << 20,
    history: Duration::from_secs(30),
    history_at_least: Duration::from_secs(2),
    history_bytes: 256 << 10,
    recent_commits: 1000,
    recent_bytes: 1 << 20,
};

fn updates() -> usize {
    std::env::var("LUNORA_UPDATES").map_or(50_000, |text| text.parse().expect("LUNORA_UPDATES is a number"))
}

fn open_in(dir: &Path) -> (Arc<dyn Store>, Database) {
    let store: Arc<dyn Store> = Arc::new(Embedded::open(dir, OPTIONS).unwrap());
    let database = open(&store, items_schema());
    (store, database)
}

/// Bytes of all files below a directory.
fn size(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).unwrap().map(Result::unwrap);
    entries
        .map(|entry| match entry.metadata() {
            // Recycled meanwhile.
            Err(_) => 0,
            Ok(metadata) if metadata.is_dir() => size(&entry.path()),
            Ok(metadata) => metadata.len(),
        })
        .sum()
}

/// What a directory may take that holds next to nothing: the log since the last checkpoint and before it, the engine's
/// file with two checkpoints in it. In CI a hundredth of what all updates took together.
const SMALL: u64 = 2 << 20;

fn update(database: &Database, id: DocumentId, rank: usize) {
    let mut transaction = begin(database);
    let rank = f64::from(u32::try_from(rank).unwrap());
    transaction
        .patch(id, [("rank", Some(Value::from(rank)))])
        .unwrap();
    database.commit(transaction).unwrap();
}

#[test]
fn updates_of_one_document_take_no_room() {
    let dir = tempfile::tempdir().unwrap();
    let (store, database) = open_in(dir.path());
    let id = insert(&database, [item(0.0, 0.0, "hot")])[0];
    let mut largest = 0;
    for rank in 0..updates() {
        update(&database, id, rank);
        if rank % 1_000 == 0 {
            // Readers come and go meanwhile, as they do.
            let reader = store.snapshot(store.ordered()).unwrap();
            largest = largest.max(size(dir.path()));
            drop(reader);
        }
    }
    assert!(largest < SMALL, "{largest} bytes at the most");
    database.close().unwrap();
    assert!(size(dir.path()) < SMALL);
}

#[test]
fn documents_that_come_and_go_take_the_room_of_those_that_stay() {
    let dir = tempfile::tempdir().unwrap();
    let (_store, database) = open_in(dir.path());
    let mut live = VecDeque::new();
    let (mut half, mut whole) = (0, 0);
    for round in 0..updates() / 100 {
        let items = (0..50_u32).map(|n| item(f64::from(n), 0.0, &format!("{round} {n}")));
        live.extend(insert(&database, items));
        if live.len() > 2_000 {
            let mut transaction = begin(&database);
            live.drain(..50).for_each(|id| transaction.delete(id).unwrap());
            database.commit(transaction).unwrap();
        }
        whole = size(dir.path()).max(whole);
        if round == updates() / 200 {
            half = whole;
        }
    }
    assert!(
        whole <= 2 * half,
        "{half} bytes at the most in the first half, {whole} in all"
    );
}

/// What a reader keeps from being used again is used again once it is gone.
#[test]
fn a_reader_that_stayed_long_costs_room_only_once() {
    let dir = tempfile::tempdir().unwrap();
    let (store, database) = open_in(dir.path());
    let ids: Vec<_> = (0..20_u32)
        .flat_map(|part| {
            insert(
                &database,
                (0..100_u32).map(|n| item(0.0, 0.0, &format!("{part} {n}"))),
            )
        })
        .collect();
    let rounds = 4;
    let mut sizes = Vec::new();
    for _ in 0..rounds {
        let reader = store.frozen().unwrap();
        for rank in 0..updates() / 10 {
            update(&database, ids[rank * 7919 % ids.len()], rank);
        }
        drop(reader);
        sizes.push(size(dir.path()));
    }
    assert!(sizes[rounds - 1] <= 2 * sizes[0], "{sizes:?}");
    assert!(database.check(|_| ()).unwrap().is_clean());
}
