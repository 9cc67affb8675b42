//! A file system that fails on demand.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

use redb::StorageBackend;

use super::super::log::{Disk, Files, LogFile};

/// What fails from now on.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// No room for new segments.
    pub(super) no_space: AtomicBool,
    pub(super) syncs_fail: AtomicBool,
    /// Syncs do not return, so that commits gather behind them.
    pub(super) syncs_hang: AtomicBool,
    /// How many syncs of records have begun.
    pub(super) syncs_of_records: AtomicU32,
    pub(super) writes_fail: AtomicBool,
    /// Nothing can be written or made, as after the system has found the disk faulty.
    pub(super) read_only: AtomicBool,
    /// No room for what should be overwritten, as on a file system that copies on write.
    pub(super) writes_find_no_space: AtomicBool,
    /// The engine's file cannot be read.
    pub(super) reads_fail: AtomicBool,
}

#[derive(Debug)]
pub(super) struct FaultyDisk(pub(super) Arc<Faults>);

#[derive(Debug)]
struct FaultyFile {
    file: Box<dyn LogFile>,
    faults: Arc<Faults>,
    /// Something behind its header was written since the last sync.
    has_records: AtomicBool,
}

/// The engine's file.
#[derive(Debug)]
struct FaultyState {
    state: Box<dyn StorageBackend>,
    faults: Arc<Faults>,
}

fn fail_if(fault: &AtomicBool, kind: io::ErrorKind) -> io::Result<()> {
    if fault.load(SeqCst) {
        Err(kind.into())
    } else {
        Ok(())
    }
}

impl FaultyDisk {
    fn wrap(&self, file: Box<dyn LogFile>) -> Box<dyn LogFile> {
        Box::new(FaultyFile {
            file,
            faults: Arc::clone(&self.0),
            has_records: AtomicBool::new(false),
        })
    }
}

impl Files for FaultyDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        fail_if(&self.0.read_only, io::ErrorKind::ReadOnlyFilesystem)?;
        Ok(self.wrap(Disk.create(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        fail_if(&self.0.read_only, io::ErrorKind::ReadOnlyFilesystem)?;
        Ok(self.wrap(Disk.open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fail_if(&self.0.read_only, io::ErrorKind::ReadOnlyFilesystem)?;
        Disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Disk.remove(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        Disk.sync_dir(dir)
    }

    fn state(&self, path: &Path) -> io::Result<Box<dyn StorageBackend>> {
        Ok(Box::new(FaultyState {
            state: Disk.state(path)?,
            faults: Arc::clone(&self.0),
        }))
    }
}

impl StorageBackend for FaultyState {
    fn len(&self) -> io::Result<u64> {
        self.state.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        fail_if(&self.faults.reads_fail, io::ErrorKind::Other)?;
        self.state.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.state.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.state.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.state.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.state.close()
    }
}

impl LogFile for FaultyFile {
    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        fail_if(&self.faults.writes_fail, io::ErrorKind::Other)?;
        fail_if(&self.faults.read_only, io::ErrorKind::ReadOnlyFilesystem)?;
        fail_if(&self.faults.writes_find_no_space, io::ErrorKind::StorageFull)?;
        self.has_records.fetch_or(offset > 0, SeqCst);
        self.file.write_at(offset, data)
    }

    fn zero(&self, from: u64, to: u64) -> io::Result<()> {
        fail_if(&self.faults.no_space, io::ErrorKind::StorageFull)?;
        fail_if(&self.faults.read_only, io::ErrorKind::ReadOnlyFilesystem)?;
        self.file.zero(from, to)
    }

    fn sync(&self) -> io::Result<()> {
        let of_records = self.has_records.swap(false, SeqCst);
        self.faults
            .syncs_of_records
            .fetch_add(u32::from(of_records), SeqCst);
        while self.faults.syncs_hang.load(SeqCst) {
            std::thread::yield_now();
        }
        fail_if(&self.faults.syncs_fail, io::ErrorKind::Other)?;
        self.file.sync()
    }
}
