//! What the store asks of a file system: a trait, so that tests can make it fail.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use redb::StorageBackend;
use redb::backends::FileBackend;

use super::super::error::StoreError;
use super::super::lock::DirLock;

/// Directories and names.
pub(crate) trait Files: Send + Sync + Debug {
    fn create(&self, path: &Path) -> io::Result<Box<dyn LogFile>>;
    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>>;
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes creations, renames and removals in `dir` durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Claims `dir` for this process, where there may be others.
    fn lock(&self, dir: &Path) -> Result<Option<DirLock>, StoreError> {
        DirLock::acquire(dir).map(Some)
    }

    /// Makes a directory in one that is there. It may be there itself.
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        match fs::create_dir(dir) {
            Err(_) if dir.is_dir() => Ok(()),
            made => made,
        }
    }

    /// Removes what has this name, with all that is in it.
    fn remove_all(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            fs::remove_dir_all(path)
        } else if path.exists() {
            fs::remove_file(path)
        } else {
            Ok(())
        }
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        Ok(fs::metadata(path)?.len())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect()
    }

    /// The file of the engine, which is made if it is not there.
    fn state(&self, path: &Path) -> io::Result<Box<dyn StorageBackend>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let backend = FileBackend::new(options.open(path)?).map_err(io::Error::other)?;
        Ok(Box::new(backend))
    }
}

/// An open segment.
pub(crate) trait LogFile: Send + Sync + Debug {
    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()>;
    /// Writes zeros to `[from, to)`, which reserves the space on the disk.
    fn zero(&self, from: u64, to: u64) -> io::Result<()>;
    fn sync(&self) -> io::Result<()>;
}

/// The real file system.
#[derive(Debug)]
pub(crate) struct Disk;

#[derive(Debug)]
struct DiskFile(Mutex<File>);

impl Files for Disk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)?;
        Ok(Box::new(DiskFile(Mutex::new(file))))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        Ok(Box::new(DiskFile(Mutex::new(
            OpenOptions::new().write(true).open(path)?,
        ))))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        sync_dir(dir)
    }
}

impl LogFile for DiskFile {
    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut file = self.0.lock();
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(data)
    }

    fn zero(&self, from: u64, to: u64) -> io::Result<()> {
        let zeros = vec![0; 1 << 16];
        let mut file = self.0.lock();
        file.seek(SeekFrom::Start(from))?;
        let mut left = to.saturating_sub(from);
        while left > 0 {
            let part = left.min(zeros.len() as u64);
            // `part` is at most the length of `zeros`.
            #[expect(clippy::cast_possible_truncation, reason = "at most 65,536")]
            file.write_all(&zeros[..part as usize])?;
            left -= part;
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.0.lock().sync_data()
    }
}

/// Windows has no such thing, and needs none: there the file system orders these itself.
#[cfg_attr(
    not(unix),
    expect(clippy::unnecessary_wraps, reason = "only unix can fail here")
)]
fn sync_dir(dir: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(dir)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}
