//! The power fails: of what was not synced, any part may be on the disk and any part may not.
//!
//! The model takes writes apart into sectors. After a cut each sector that was written since the last sync of its file is
//! there or is not, in whatever order they were written; and of the names that were given, changed and taken away since
//! the last sync of the directory, so many of the first ones have been. `LUNORA_POWER_CUTS` sets how many cuts there are
//! (100 unless set); a cut that fails prints its seed, and `LUNORA_SEED` repeats it.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::super::log::{Disk, Files, LogFile};
use super::*;

const SECTOR: usize = 512;

/// What a disk holds of the log, and what it may hold.
#[derive(Debug, Default)]
struct Medium {
    files: Vec<Contents>,
    names: BTreeMap<PathBuf, usize>,
    synced_names: BTreeMap<PathBuf, usize>,
    /// Since the last sync of the directory.
    changes: Vec<Change>,
    /// Operations until the power fails.
    left: u32,
    is_cut: bool,
    /// Segments were taken back.
    has_recycled: bool,
}

#[derive(Debug, Default)]
struct Contents {
    synced: Vec<u8>,
    unsynced: Vec<(usize, Vec<u8>)>,
}

#[derive(Debug, Clone)]
enum Change {
    Named(PathBuf, usize),
    Renamed(PathBuf, PathBuf),
    Removed(PathBuf),
}

#[derive(Debug, Clone, Default)]
struct Power(Arc<Mutex<Medium>>);

#[derive(Debug)]
struct PoweredFile {
    file: Box<dyn LogFile>,
    power: Power,
    number: usize,
}

impl Power {
    fn after(operations: u32) -> Self {
        let power = Self::default();
        power.0.lock().left = operations;
        power
    }

    /// Takes note of an operation, which does not happen if it is the one in which the power fails.
    fn note(&self, note: impl FnOnce(&mut Medium)) -> io::Result<()> {
        let mut medium = self.0.lock();
        medium.is_cut |= medium.left == 0;
        if medium.is_cut {
            return Err(io::Error::other("there is no power"));
        }
        medium.left -= 1;
        note(&mut medium);
        Ok(())
    }

    fn file(&self, path: &Path, file: Box<dyn LogFile>) -> Box<dyn LogFile> {
        let number = self.0.lock().names[path];
        Box::new(PoweredFile {
            file,
            power: self.clone(),
            number,
        })
    }
}

impl Files for Power {
    fn create(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        self.note(|medium| {
            medium.files.push(Contents::default());
            let number = medium.files.len() - 1;
            medium.change(Change::Named(path.to_owned(), number));
        })?;
        Ok(self.file(path, Disk.create(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        self.note(|_| {})?;
        Ok(self.file(path, Disk.open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.note(|medium| {
            medium.has_recycled |= to.extension().is_some_and(|extension| extension == "spare");
            medium.change(Change::Renamed(from.to_owned(), to.to_owned()));
        })?;
        Disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.note(|medium| {
            medium.has_recycled = true;
            medium.change(Change::Removed(path.to_owned()));
        })?;
        Disk.remove(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.note(|medium| {
            medium.synced_names.clone_from(&medium.names);
            medium.changes.clear();
        })?;
        Disk.sync_dir(dir)
    }
}

impl LogFile for PoweredFile {
    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.power.note(|medium| {
            let offset = usize::try_from(offset).unwrap();
            medium.files[self.number].unsynced.push((offset, data.to_vec()));
        })?;
        self.file.write_at(offset, data)
    }

    fn zero(&self, from: u64, to: u64) -> io::Result<()> {
        let length = usize::try_from(to.saturating_sub(from)).unwrap();
        self.write_at(from, &vec![0; length])
    }

    fn sync(&self) -> io::Result<()> {
        self.power.note(|medium| {
            let Contents { synced, unsynced } = &mut medium.files[self.number];
            for (offset, data) in unsynced.drain(..) {
                put_at(synced, offset, &data);
            }
        })?;
        self.file.sync()
    }
}

fn put_at(contents: &mut Vec<u8>, offset: usize, data: &[u8]) {
    if contents.len() < offset + data.len() {
        contents.resize(offset + data.len(), 0);
    }
    contents[offset..offset + data.len()].copy_from_slice(data);
}

impl Change {
    fn apply(self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Self::Named(path, number) => drop(names.insert(path, number)),
            // The engine's file is none of the log's.
            Self::Renamed(from, to) => {
                if let Some(number) = names.remove(&from) {
                    names.insert(to, number);
                }
            }
            Self::Removed(path) => drop(names.remove(&path)),
        }
    }
}

impl Medium {
    fn change(&mut self, change: Change) {
        change.clone().apply(&mut self.names);
        self.changes.push(change);
    }

    /// Writes into `dir` what one may find when the power is back.
    fn write_remains(&self, dir: &Path, rng: &mut StdRng) {
        let mut names = self.synced_names.clone();
        let done = rng.random_range(0..=self.changes.len());
        for change in &self.changes[..done] {
            change.clone().apply(&mut names);
        }
        fs::create_dir_all(dir).unwrap();
        for (path, number) in names {
            let contents = self.files[number].remains(rng);
            fs::write(dir.join(path.file_name().unwrap()), contents).unwrap();
        }
    }
}

impl Contents {
    fn remains(&self, rng: &mut StdRng) -> Vec<u8> {
        let mut contents = self.synced.clone();
        // How likely a sector is to be there differs from cut to cut: from nearly none to nearly all.
        let share = rng.random_range(0.0..1.0);
        for (offset, data) in &self.unsynced {
            let mut at = *offset;
            while at < offset + data.len() {
                let end = (at / SECTOR + 1) * SECTOR;
                let end = end.min(offset + data.len());
                if rng.random_bool(share) {
                    put_at(&mut contents, at, &data[at - offset..end - offset]);
                }
                at = end;
            }
        }
        contents
    }
}

/// Commits are numbered from 1. Each writes one of a few keys and one of its own, some of them much.
fn numbered(ts: u64) -> Commit {
    let (shared, own) = (format!("shared {}", ts % 5), format!("own {ts:05}"));
    let text = "x".repeat(usize::try_from(ts * ts % 97 * 29).unwrap());
    commit(ts, &[(&own, Some(&text)), (&shared, Some(&ts.to_string()))])
}

/// What is there after the first `last` commits.
fn expected(last: u64) -> BTreeMap<Key, Payload> {
    let writes = (1..=last).flat_map(|ts| numbered(ts).writes);
    writes.map(|(key, value)| (key, value.unwrap())).collect()
}

/// What was promised, and what was begun, when the power failed.
#[derive(Debug, Default)]
struct Run {
    acknowledged: u64,
    begun: u64,
}

/// Writes until the power fails. The engine's file as it was at that moment is in `engine`.
fn write_until_cut(dir: &Path, power: &Power, rng: &mut StdRng, engine: &Path) -> Run {
    let mut run = Run::default();
    let state = dir.join("state.redb");
    let options = Options {
        segment_bytes: 1 << 14,
        ..small()
    };
    let Ok(store) = Embedded::open_on(dir, &options, &(Arc::new(power.clone()) as Arc<dyn Files>)) else {
        return run;
    };
    fs::copy(&state, engine).unwrap();
    for ts in 1..400 {
        if store.append(Timestamp(ts - 1), numbered(ts)).is_err() {
            break;
        }
        run.begun = ts;
        if rng.random_bool(0.2) && durable(&store, ts).is_ok() {
            run.acknowledged = ts;
        }
        if rng.random_bool(0.03) && durable(&store, ts).is_ok() {
            run.acknowledged = ts;
            power.0.lock().has_recycled = false;
            let is_written = store.checkpoint().is_ok() || power.0.lock().has_recycled;
            // Nothing of the log goes before the engine has it, so without that the old one is as good.
            if is_written {
                fs::copy(&state, engine).unwrap();
            }
        }
    }
    power.0.lock().is_cut = true;
    run
}

fn cut(seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let power = Power::after(rng.random_range(0..300));
    let engine = after.path().join("state.redb");
    let run = write_until_cut(before.path(), &power, &mut rng, &engine);
    if !engine.exists() {
        return;
    }
    power.0.lock().write_remains(&after.path().join("log"), &mut rng);
    let store = Embedded::open(after.path(), small()).unwrap_or_else(|error| panic!("{run:?}: {error}"));
    let last = store.ordered().0;
    assert!(
        (run.acknowledged..=run.begun).contains(&last),
        "{last} of {run:?}"
    );
    let found: BTreeMap<_, _> = all(&*store.snapshot(Timestamp(last)).unwrap())
        .into_iter()
        .collect();
    assert!(
        found == expected(last),
        "what is there is not what {last} commits make"
    );
    // It goes on.
    put_durably(&store, last + 1, "after", "it");
}

#[test]
fn what_was_acknowledged_outlives_the_power() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().expect(name))
    };
    if let Some(seed) = number("LUNORA_SEED") {
        return cut(seed);
    }
    let first = rand::rng().random_range(0..1 << 40);
    for seed in first..first + number("LUNORA_POWER_CUTS").unwrap_or(100) {
        let outcome = std::panic::catch_unwind(|| cut(seed));
        assert!(outcome.is_ok(), "LUNORA_SEED={seed} repeats it");
    }
}
