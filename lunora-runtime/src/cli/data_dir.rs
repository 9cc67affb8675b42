//! The data directory: the store, and beside it what a running server leaves for its owner.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::Failure;
use crate::{
    memory::MemoryBudget,
    store::{Embedded, Store, StoreError, make_private_dirs, refuse_foreign},
};

/// What lies in a data directory.
const OURS: [&str; 5] = ["store", "admin-key", "admin-key.new", "address", "address.new"];

/// A directory with a store in it.
#[derive(Debug)]
pub(crate) struct DataDir<'a>(&'a Path);

impl<'a> DataDir<'a> {
    pub(crate) const fn new(path: &'a Path) -> Self {
        Self(path)
    }

    pub(super) const fn path(&self) -> &Path {
        self.0
    }

    /// File with the first admin key: readable by its owner alone, and in no export of the data.
    pub(super) fn admin_key(&self) -> PathBuf {
        self.0.join("admin-key")
    }

    /// File with the address of the server that holds the data.
    fn address(&self) -> PathBuf {
        self.0.join("address")
    }

    /// The store in it.
    pub(crate) fn store(&self) -> PathBuf {
        self.0.join("store")
    }

    /// Makes the directory, for its owner alone, if it is not there. One that is in use for something else is refused.
    pub(crate) fn make(&self) -> Result<(), StoreError> {
        refuse_foreign(self.0, &OURS)?;
        // The store is made in it later: where that is, the name of the directory is on disk.
        if self.exists() {
            return Ok(());
        }
        make_private_dirs(self.0)
    }

    pub(crate) fn exists(&self) -> bool {
        self.store().exists()
    }

    /// Opens the store, which is made if it is not there; `None` when another process holds it.
    pub(super) fn open(&self, memory: MemoryBudget) -> Result<Option<Arc<dyn Store>>, Failure> {
        let describe = |error: StoreError| {
            Failure::unusable(format!(
                "the data directory {} cannot be opened: {error}",
                self.0.display()
            ))
        };
        self.make().map_err(describe)?;
        match Embedded::open(&self.store(), memory.store()) {
            Ok(store) => {
                // Left by a server that was killed: nobody serves there now.
                self.remove_address();
                Ok(Some(Arc::new(store)))
            }
            Err(StoreError::Locked { .. }) => Ok(None),
            Err(error) => Err(describe(error)),
        }
    }

    /// Keeps the admin key.
    pub(super) fn write_admin_key(&self, key: &str) -> io::Result<()> {
        write_private(&self.admin_key(), key)
    }

    pub(super) fn read_admin_key(&self) -> io::Result<String> {
        Ok(fs::read_to_string(self.admin_key())?.trim().to_owned())
    }

    /// Removes the file with the admin key if it is that of this name.
    pub(super) fn remove_admin_key(&self, name: &str) {
        let kept = self.read_admin_key().unwrap_or_default();
        if kept.split_once('|').is_some_and(|(kept, _)| kept == name) {
            // It opens nothing any more; that it could not be removed changes nothing.
            let _ = fs::remove_file(self.admin_key());
        }
    }

    /// Says where the server that holds the data can be reached.
    pub(super) fn write_address(&self, address: &str) -> Result<(), StoreError> {
        let path = self.address();
        write_private(&path, address).map_err(StoreError::io("write", &path))
    }

    pub(super) fn read_address(&self) -> io::Result<String> {
        Ok(fs::read_to_string(self.address())?.trim().to_owned())
    }

    pub(super) fn remove_address(&self) {
        // It may never have been written; a stale one is overwritten by the next server.
        let _ = fs::remove_file(self.address());
    }
}

/// Writes a file that its owner alone can read, whole or not at all.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let temporary = path.with_extension("new");
    // A file left by a crash may have another mode.
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private_file().open(&temporary)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    path.parent()
        .map_or(Ok(()), |directory| File::open(directory)?.sync_all())
}

pub(super) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
