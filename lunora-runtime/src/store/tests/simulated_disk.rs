//! A disk in memory that can lose power.
//!
//! Writes are taken apart into sectors. After a power cut each sector that was written since the last sync of its file is
//! there or is not, in whatever order they were written; what becomes of the names is said in `simulated_names`. A process
//! that is killed loses nothing of that, but what was not synced then is no more synced in its next life.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rand::RngExt;
use redb::StorageBackend;

use super::super::lock::DirLock;
use super::super::log::{Files, LogFile};
use super::super::{Embedded, Options, Replacement, StoreError};
use super::simulated_names::Names;
use crate::sync::simulated::{Random, crash, is_over, pause};
use crate::sync::thread;

const SECTOR: usize = 512;
/// Where the store is on it. Nothing of that is there at first.
const STORE: &str = "/data/of/store";

/// What goes wrong in one life of the disk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mishaps {
    /// After so many operations it is off, and in a simulation the process with it.
    pub(crate) operations: Option<u64>,
    /// The same after so many changes of names: right after one, before it is synced.
    pub(crate) changes_of_names: Option<u64>,
    /// From this one on syncs fail, counted from now.
    pub(crate) failing_syncs: Option<u64>,
    /// How often an operation takes long, and how long.
    pub(crate) slow: (f64, Duration),
    /// How often there is no room for a new file.
    pub(crate) full: f64,
}

/// The disk. Clones are the same one.
#[derive(Debug, Clone)]
pub(crate) struct SimulatedDisk(Arc<Mutex<Medium>>);

#[derive(Debug)]
struct Medium {
    files: Vec<Contents>,
    names: Names,
    mishaps: Mishaps,
    done: u64,
    names_changed: u64,
    syncs: u64,
    is_off: bool,
    random: Random,
}

/// What reads see, what is on the disk for sure, and what leads from this to that.
#[derive(Debug, Clone, Default)]
struct Contents {
    current: Vec<u8>,
    synced: Vec<u8>,
    unsynced: Vec<Step>,
}

#[derive(Debug, Clone)]
enum Step {
    Write(usize, Vec<u8>),
    Length(usize),
}

#[derive(Debug)]
struct SimulatedFile {
    disk: SimulatedDisk,
    number: usize,
}

impl SimulatedDisk {
    pub(crate) fn new(random: Random) -> Self {
        Self(Arc::new(Mutex::new(Medium {
            files: Vec::new(),
            names: Names::default(),
            mishaps: Mishaps::default(),
            done: 0,
            names_changed: 0,
            syncs: 0,
            is_off: false,
            random,
        })))
    }

    /// Opens the store on it.
    pub(crate) fn open_store(&self, options: &Options) -> Result<Embedded, StoreError> {
        Embedded::open_on(Path::new(STORE), options, &self.files())
    }

    /// Opens the store on it, and one that is to take its place.
    pub(crate) fn replace_store(&self, options: &Options) -> Result<Replacement, StoreError> {
        Embedded::replace_on(Path::new(STORE), options, &self.files())
    }

    fn files(&self) -> Arc<dyn Files> {
        Arc::new(self.clone())
    }

    /// Nothing goes through any more.
    pub(crate) fn turn_off(&self) {
        self.0.lock().is_off = true;
    }

    pub(crate) fn is_off(&self) -> bool {
        self.0.lock().is_off
    }

    pub(crate) fn turn_on(&self, mishaps: Mishaps) {
        let mut medium = self.0.lock();
        medium.mishaps = mishaps;
        (medium.done, medium.names_changed, medium.syncs) = (0, 0, 0);
        medium.is_off = false;
    }

    /// Loses what a power cut loses.
    pub(crate) fn cut_power(&self) {
        self.0.lock().cut_power();
    }

    /// What is about to happen to a file or a name, unless the disk is off by then.
    fn happens<T>(&self, what: impl FnOnce(&mut Medium) -> io::Result<T>) -> io::Result<T> {
        let mut medium = self.0.lock();
        let is_spent = medium.is_spent();
        if is_spent {
            crash();
        }
        medium.is_off |= is_spent || is_over();
        if medium.is_off {
            return Err(io::Error::other("there is no power"));
        }
        medium.done += 1;
        what(&mut medium)
    }

    /// The same, where it changes a name.
    fn changes(&self, what: impl FnOnce(&mut Names) -> io::Result<()>) -> io::Result<()> {
        self.takes_a_while();
        self.happens(|medium| {
            medium.names_changed += 1;
            what(&mut medium.names)
        })
    }

    /// Others go on meanwhile, some of them for long.
    fn takes_a_while(&self) {
        pause();
        let wait = {
            let mut medium = self.0.lock();
            let (often, longest) = medium.mishaps.slow;
            let is_slow = medium.random.random_bool(often);
            is_slow.then(|| longest.mul_f64(medium.random.random_range(0.0..1.0)))
        };
        if let Some(wait) = wait {
            thread::sleep(wait);
        }
    }

    fn file(&self, path: &Path) -> io::Result<SimulatedFile> {
        let number = self.happens(|medium| medium.names.file(path))?;
        Ok(SimulatedFile {
            disk: self.clone(),
            number,
        })
    }
}

impl Files for SimulatedDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        self.takes_a_while();
        self.happens(|medium| {
            let often = medium.mishaps.full;
            if medium.random.random_bool(often) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            medium.make(path)
        })?;
        Ok(Box::new(self.file(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        Ok(Box::new(self.file(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.changes(|names| names.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.changes(|names| names.remove(path))
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.takes_a_while();
        self.happens(|medium| medium.names.sync(dir))
    }

    /// One process at a time has it.
    fn lock(&self, _: &Path) -> Result<Option<DirLock>, StoreError> {
        Ok(None)
    }

    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        self.changes(|names| names.make_dir(dir))
    }

    fn remove_all(&self, path: &Path) -> io::Result<()> {
        if !self.exists(path) {
            return Ok(());
        }
        for within in self.list(path).unwrap_or_default() {
            self.remove_all(&within)?;
        }
        self.remove(path)
    }

    fn exists(&self, path: &Path) -> bool {
        self.0.lock().names.has(path)
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        self.happens(|medium| Ok(medium.contents(path)?.len() as u64))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.happens(|medium| Ok(medium.contents(path)?.clone()))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        self.happens(|medium| medium.names.list(dir))
    }

    fn state(&self, path: &Path) -> io::Result<Box<dyn StorageBackend>> {
        self.happens(|medium| {
            if medium.names.has(path) {
                return Ok(());
            }
            medium.make(path)
        })?;
        Ok(Box::new(self.file(path)?))
    }
}

impl LogFile for SimulatedFile {
    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.disk.takes_a_while();
        StorageBackend::write(self, offset, data)
    }

    fn zero(&self, from: u64, to: u64) -> io::Result<()> {
        let length = usize::try_from(to.saturating_sub(from)).unwrap();
        LogFile::write_at(self, from, &vec![0; length])
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.takes_a_while();
        StorageBackend::sync_data(self)?;
        self.disk.takes_a_while();
        Ok(())
    }
}

/// redb holds locks meanwhile, so nobody else goes on here.
impl StorageBackend for SimulatedFile {
    fn len(&self) -> io::Result<u64> {
        self.disk
            .happens(|medium| Ok(medium.files[self.number].current.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.disk.happens(|medium| {
            let start = usize::try_from(offset).unwrap();
            let contents = &medium.files[self.number].current;
            let found = contents
                .get(start..start + out.len())
                .ok_or(io::ErrorKind::UnexpectedEof)?;
            out.copy_from_slice(found);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let step = Step::Length(usize::try_from(len).unwrap());
        self.disk.happens(|medium| {
            medium.files[self.number].write(step);
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.happens(|medium| medium.sync(self.number))
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let step = Step::Write(usize::try_from(offset).unwrap(), data.to_vec());
        self.disk.happens(|medium| {
            medium.files[self.number].write(step);
            Ok(())
        })
    }

    fn close(&self) -> io::Result<()> {
        Ok(())
    }
}

impl Medium {
    fn contents(&self, path: &Path) -> io::Result<&Vec<u8>> {
        Ok(&self.files[self.names.file(path)?].current)
    }

    fn is_spent(&self) -> bool {
        let spent = |done: u64, most: Option<u64>| most.is_some_and(|most| done >= most);
        spent(self.done, self.mishaps.operations) || spent(self.names_changed, self.mishaps.changes_of_names)
    }

    fn make(&mut self, path: &Path) -> io::Result<()> {
        self.names_changed += 1;
        self.files.push(Contents::default());
        self.names.give(self.files.len() - 1, path)
    }

    /// After a sync that fails, what the system could not write is in memory as before and counts as written: no later
    /// sync writes it.
    fn sync(&mut self, number: usize) -> io::Result<()> {
        self.syncs += 1;
        let contents = &mut self.files[number];
        if self
            .mishaps
            .failing_syncs
            .is_some_and(|first| self.syncs >= first)
        {
            contents.synced = contents.remains(&mut self.random);
            contents.unsynced.clear();
            return Err(io::Error::other("the sync failed"));
        }
        contents.sync();
        Ok(())
    }

    fn cut_power(&mut self) {
        self.names.cut_power(&mut self.random);
        for number in self.names.files() {
            let remains = self.files[number].remains(&mut self.random);
            self.files[number] = Contents {
                current: remains.clone(),
                synced: remains,
                unsynced: Vec::new(),
            };
        }
    }
}

impl Contents {
    fn write(&mut self, step: Step) {
        step.apply(&mut self.current);
        self.unsynced.push(step);
    }

    fn sync(&mut self) {
        for step in self.unsynced.drain(..) {
            step.apply(&mut self.synced);
        }
    }

    fn remains(&self, random: &mut Random) -> Vec<u8> {
        let mut contents = self.synced.clone();
        // How likely a sector is to be there differs from time to time: from nearly none to nearly all.
        let share = random.random_range(0.0..1.0);
        for step in &self.unsynced {
            match step {
                Step::Length(_) if random.random_bool(share) => step.apply(&mut contents),
                Step::Length(_) => {}
                Step::Write(offset, data) => {
                    for (at, sector) in sectors(*offset, data) {
                        if random.random_bool(share) {
                            put_at(&mut contents, at, sector);
                        }
                    }
                }
            }
        }
        contents
    }
}

/// The parts of a write that lie in one sector each.
fn sectors(offset: usize, data: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let first = (offset / SECTOR + 1) * SECTOR - offset;
    let (head, tail) = data.split_at(first.min(data.len()));
    let rest = tail.chunks(SECTOR).enumerate();
    std::iter::once((offset, head)).chain(rest.map(move |(i, part)| (offset + first + i * SECTOR, part)))
}

fn put_at(contents: &mut Vec<u8>, offset: usize, data: &[u8]) {
    if contents.len() < offset + data.len() {
        resize(contents, offset + data.len());
    }
    contents[offset..offset + data.len()].copy_from_slice(data);
}

/// As `Vec::resize`, which without optimization sets one byte after the other.
fn resize(contents: &mut Vec<u8>, length: usize) {
    contents.truncate(length);
    contents.append(&mut vec![0; length - contents.len()]);
}

impl Step {
    fn apply(&self, contents: &mut Vec<u8>) {
        match self {
            Self::Write(offset, data) => put_at(contents, *offset, data),
            Self::Length(length) => resize(contents, *length),
        }
    }
}
