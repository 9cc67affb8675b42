//! The store as a whole: against a naive model, with damaged files, on a failing disk.

mod broken;
mod concurrent;
mod damage;
mod faults;
mod faulty;
mod lifecycle;
mod model;
mod power;
mod power_lives;
mod recovery;
mod replacement;
mod rot;
mod simulated_disk;
mod simulated_names;
mod snapshots;

pub(crate) use broken::{Breaks, memory_that_fails};
pub(crate) use simulated_disk::{Mishaps, SimulatedDisk};

use std::fs;
use std::path::Path;
use std::sync::mpsc;

use super::{
    Changes, Commit, Direction, Embedded, Key, KeyRange, Options, Payload, Snapshot, Store, StoreError,
    Timestamp,
};

/// Small enough that a test meets every limit.
fn small() -> Options {
    Options {
        segment_bytes: 1 << 12,
        cache_bytes: 1 << 20,
        ..Options::default()
    }
}

fn open(dir: &Path) -> Embedded {
    Embedded::open(dir, small()).unwrap()
}

fn commit(ts: u64, writes: &[(&str, Option<&str>)]) -> Commit {
    let write = |(key, value): &(&str, Option<&str>)| {
        (
            Key::from(key.as_bytes()),
            value.map(|value| Payload::from(value.as_bytes())),
        )
    };
    Commit {
        ts: Timestamp(ts),
        writes: writes.iter().map(write).collect(),
    }
}

fn put(store: &dyn Store, ts: u64, key: &str, value: &str) -> Result<(), StoreError> {
    store.append(store.ordered(), &commit(ts, &[(key, Some(value))]))
}

/// Appends and waits until it is on disk.
fn put_durably(store: &dyn Store, ts: u64, key: &str, value: &str) {
    put(store, ts, key, value).unwrap();
    durable(store, ts).unwrap();
}

fn durable(store: &dyn Store, ts: u64) -> Result<(), StoreError> {
    let (sender, receiver) = mpsc::channel();
    store.when_durable(
        Timestamp(ts),
        Box::new(move |answer| sender.send(answer).unwrap()),
    );
    receiver.recv().unwrap()
}

fn read(store: &dyn Store, key: &str) -> Option<String> {
    get(&*store.snapshot(store.ordered()).unwrap(), key)
}

fn get(snapshot: &dyn Snapshot, key: &str) -> Option<String> {
    snapshot
        .get(key.as_bytes())
        .unwrap()
        .map(|value| String::from_utf8(value.to_vec()).unwrap())
}

fn all(snapshot: &dyn Snapshot) -> Vec<(Key, Payload)> {
    snapshot
        .range(KeyRange::all(), Direction::Ascending)
        .collect::<Result<_, _>>()
        .unwrap()
}

/// What a killed process leaves behind: the files as they are at one moment. While a store is open, its files get other
/// names now and then; a copy from before and after is made again.
pub(crate) fn copy_dir(from: &Path, to: &Path) {
    loop {
        let before = files_below(from).unwrap_or_default();
        if copied(from, to).is_ok() && files_below(from).is_ok_and(|after| after == before) {
            return;
        }
        fs::remove_dir_all(to).unwrap();
    }
}

fn copied(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for file in files_below(from)? {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap())?;
        fs::copy(&file, &target)?;
    }
    Ok(())
}

fn files_below(dir: &Path) -> std::io::Result<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
