//! A damaged file of the engine: an error or what was written, never anything else, and never a panic.

use std::path::PathBuf;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::broken::{SOON, failure_of};
use super::*;

const ENTRIES: u64 = 300;

fn key(ts: u64) -> String {
    format!("key {ts:04}")
}

fn value(ts: u64) -> String {
    format!("<value {ts:04} {}>", "v".repeat(60))
}

/// A store that was closed with everything in its engine, and the engine's file.
fn closed() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for ts in 1..=ENTRIES {
        put(&store, ts, &key(ts), &value(ts)).unwrap();
    }
    store.close().unwrap();
    drop(store);
    let file = dir.path().join("state.redb");
    (dir, file)
}

fn expect_damage(error: &StoreError) {
    let text = error.to_string();
    assert!(matches!(error, StoreError::DamagedState { .. }), "{text}");
    for part in ["state.redb", "damaged", "backup"] {
        assert!(text.contains(part), "{text}");
    }
}

/// Reads everything both ways. Gives how many reads were refused.
fn read_all(store: &dyn Store) -> usize {
    let snapshot = store.snapshot(store.ordered()).unwrap();
    let mut refused = 0;
    for ts in 1..=ENTRIES {
        match snapshot.get(key(ts).as_bytes()) {
            Ok(Some(found)) => assert_eq!(*found, *value(ts).as_bytes()),
            Ok(None) => panic!("{} is gone", key(ts)),
            Err(error) => {
                expect_damage(&error);
                refused += 1;
            }
        }
    }
    for direction in [Direction::Ascending, Direction::Descending] {
        for pair in snapshot.range(KeyRange::all(), direction) {
            match pair {
                Ok((found, payload)) => {
                    let ts = std::str::from_utf8(&found[4..]).unwrap().parse().unwrap();
                    assert_eq!(
                        (&found[..], &payload[..]),
                        (key(ts).as_bytes(), value(ts).as_bytes())
                    );
                }
                Err(error) => {
                    expect_damage(&error);
                    refused += 1;
                }
            }
        }
    }
    refused
}

#[test]
fn a_flipped_bit_in_a_value_is_never_served() {
    let (dir, file) = closed();
    let whole = fs::read(&file).unwrap();
    let mut random = StdRng::seed_from_u64(1);
    let mut refused = 0;
    for _ in 0..60 {
        let mut bytes = whole.clone();
        // Old pages hold copies of the value: the bit is flipped in all of them.
        let text = value(random.random_range(1..=ENTRIES));
        let (byte, bit) = (random.random_range(0..text.len()), random.random_range(0..8));
        for place in 0..bytes.len() - text.len() {
            if whole[place..].starts_with(text.as_bytes()) {
                bytes[place + byte] ^= 1 << bit;
            }
        }
        assert_ne!(bytes, whole);
        fs::write(&file, &bytes).unwrap();
        let store = open(dir.path());
        refused += usize::from(read_all(&store) == 3);
    }
    assert_eq!(refused, 60, "one get and two scans each");
}

#[test]
fn damage_that_a_read_finds_ends_the_store_and_no_checkpoint_follows() {
    let (dir, file) = closed();
    let options = Options {
        cache_bytes: 0,
        ..small()
    };
    let store = Embedded::open(dir.path(), options).unwrap();
    put_durably(&store, ENTRIES + 1, "later", "value");
    let told = failure_of(&store);
    // Under the store, and behind what it has read already.
    let mut bytes = fs::read(&file).unwrap();
    bytes[1 << 12..].fill(0xa5);
    fs::write(&file, &bytes).unwrap();
    let snapshot = store.snapshot(store.ordered()).unwrap();
    expect_damage(&snapshot.get(key(1).as_bytes()).unwrap_err());
    let failure = told.recv_timeout(SOON).unwrap();
    assert!(matches!(failure, StoreError::Failed(_)), "{failure}");
    for part in [file.to_str().unwrap(), "damaged", "backup"] {
        assert!(failure.to_string().contains(part), "{failure}");
    }
    assert!(matches!(store.close(), Err(StoreError::Failed(_))));
    drop((snapshot, store));
    assert_eq!(
        fs::read(&file).unwrap(),
        bytes,
        "what may be needed for a rescue is as it was"
    );
}

#[test]
fn a_flipped_bit_in_the_record_of_the_checkpoint_refuses_the_start() {
    let (dir, file) = closed();
    let whole = fs::read(&file).unwrap();
    let record = [2, ENTRIES].map(u64::to_le_bytes).concat();
    for byte in 0..record.len() {
        let mut bytes = whole.clone();
        for place in 0..bytes.len() - record.len() {
            if whole[place..].starts_with(&record) {
                bytes[place + byte] ^= 1 << (byte % 8);
            }
        }
        assert_ne!(bytes, whole);
        fs::write(&file, &bytes).unwrap();
        expect_damage(&Embedded::open(dir.path(), small()).unwrap_err());
    }
}

/// Opens what may be damaged and reads it as far as it can be read.
fn try_all(dir: &Path) -> bool {
    let store = match Embedded::open(dir, small()) {
        Ok(store) => store,
        Err(StoreError::DamagedState { file, .. }) => {
            assert!(file.ends_with("state.redb"));
            return false;
        }
        // An older checkpoint, to which the log does not reach.
        Err(StoreError::Damaged { .. }) => return false,
        Err(other) => panic!("{other}"),
    };
    let snapshot = store.snapshot(store.ordered()).unwrap();
    for ts in 1..=ENTRIES {
        if let Ok(Some(found)) = snapshot.get(key(ts).as_bytes()) {
            assert_eq!(*found, *value(ts).as_bytes());
        }
    }
    true
}

#[test]
fn a_truncated_file_is_refused_without_a_panic() {
    let (dir, file) = closed();
    let whole = fs::read(&file).unwrap();
    for part in 0..24 {
        let len = whole.len() * part / 24;
        for len in [len, len + 1, (len + 321).min(whole.len() - 1)] {
            fs::write(&file, &whole[..len]).unwrap();
            try_all(dir.path());
        }
    }
    fs::write(&file, b"").unwrap();
    expect_damage(&Embedded::open(dir.path(), small()).unwrap_err());
}

#[test]
fn an_overwritten_file_is_refused_without_a_panic() {
    let (dir, file) = closed();
    let whole = fs::read(&file).unwrap();
    let mut random = StdRng::seed_from_u64(2);
    let mut refused = 0;
    for round in 0..120 {
        let mut bytes = whole.clone();
        // Every other time at the beginning, where the engine keeps what it knows about itself.
        let end = if round % 2 == 0 { 4096 } else { bytes.len() - 512 };
        let (from, len) = (random.random_range(0..end), random.random_range(1..512));
        for byte in &mut bytes[from..from + len] {
            *byte = if round % 3 == 0 { 0 } else { random.random() };
        }
        fs::write(&file, &bytes).unwrap();
        refused += usize::from(!try_all(dir.path()));
    }
    assert!(refused > 0);
}

#[test]
fn without_the_file_the_log_rebuilds_it_or_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for ts in 1..=ENTRIES {
        put_durably(&store, ts, &key(ts), &value(ts));
    }
    drop(store);
    fs::remove_file(dir.path().join("state.redb")).unwrap();
    let store = open(dir.path());
    assert_eq!((store.ordered(), read_all(&store)), (Timestamp(ENTRIES), 0));

    let (dir, file) = closed();
    fs::remove_file(&file).unwrap();
    let refused = Embedded::open(dir.path(), small()).unwrap_err();
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
    // Not even when what is left of the log has no record.
    let log = dir.path().join("log");
    let paths = fs::read_dir(&log).unwrap().map(|entry| entry.unwrap().path());
    for segment in paths.filter(|path| path.extension().is_some_and(|extension| extension == "log")) {
        let mut bytes = fs::read(&segment).unwrap();
        bytes[64..].fill(0);
        fs::write(&segment, bytes).unwrap();
    }
    let refused = Embedded::open(dir.path(), small()).unwrap_err();
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
}
