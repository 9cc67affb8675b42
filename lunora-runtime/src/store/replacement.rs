//! A store that takes the place of another one: all of it or nothing.
//!
//! The new one is made in the directory `next` beside what the old one consists of. Renaming that directory to
//! `ready` is what decides: a crash before leaves the old store, and what was made is thrown away at the next
//! opening; a crash after leaves the new one, and the next opening goes on moving it to where the old one is. Both
//! happen under the directory's lock, which never moves.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::embedded::Embedded;
use super::error::StoreError;
use super::log::{Disk, Files};
use super::options::Options;
use super::traits::Store;

/// What of a store is moved, in this order.
const PARTS: [&str; 2] = ["log", "state.redb"];

/// Where a new store is made, and where it lies once it is whole.
struct Places {
    next: PathBuf,
    ready: PathBuf,
}

impl Places {
    fn of(dir: &Path) -> Self {
        Self {
            next: dir.join("next"),
            ready: dir.join("ready"),
        }
    }
}

/// A store with an empty one beside it that is going to take its place. See [`Embedded::replace`].
///
/// Dropped without [`Replacement::finish`], nothing has changed.
#[derive(Debug)]
pub struct Replacement {
    dir: PathBuf,
    files: Arc<dyn Files>,
    old: Arc<Embedded>,
    new: Option<Arc<Embedded>>,
}

impl Embedded {
    /// Opens the store in `dir`, or makes one, and an empty one that takes its place when it is finished. Needs room
    /// on the disk for both.
    pub fn replace(dir: &Path, options: &Options) -> Result<Replacement, StoreError> {
        Self::refuse_foreign(dir)?;
        Self::replace_on(dir, options, &(Arc::new(Disk) as Arc<dyn Files>))
    }

    pub(crate) fn replace_on(
        dir: &Path,
        options: &Options,
        files: &Arc<dyn Files>,
    ) -> Result<Replacement, StoreError> {
        let old = Arc::new(Self::open_on(dir, options, files)?);
        let new = Self::open_on(&Places::of(dir).next, options, files)?;
        Ok(Replacement {
            dir: dir.to_owned(),
            files: Arc::clone(files),
            old,
            new: Some(Arc::new(new)),
        })
    }
}

impl Replacement {
    /// The store as it is. Write nothing to it that should stay.
    pub fn current(&self) -> Arc<dyn Store> {
        Arc::clone(&self.old) as Arc<dyn Store>
    }

    /// The store that takes its place, empty at first.
    pub fn successor(&self) -> Result<Arc<dyn Store>, StoreError> {
        let new = self.new.as_ref().ok_or(StoreError::Closed)?;
        Ok(Arc::clone(new) as Arc<dyn Store>)
    }

    /// Lets the new store take the place of the old one, on disk when this returns. Closes both.
    pub fn finish(mut self) -> Result<(), StoreError> {
        self.successor()?.close()?;
        let Places { next, ready } = Places::of(&self.dir);
        let files = &self.files;
        files
            .rename(&next, &ready)
            .map_err(StoreError::io("finish", &next))?;
        files
            .sync_dir(&self.dir)
            .map_err(StoreError::io("sync", &self.dir))?;
        // From here on the old store is gone, whatever happens. The lock stays until the new one is in its place.
        self.new = None;
        let lock = self.old.claim();
        drop(self.old.close());
        let moved = settle(&self.dir, files);
        drop(lock);
        moved
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        let Some(new) = self.new.take() else { return };
        new.abandon();
        // What is left is thrown away at the next opening.
        let _ = self.files.remove_all(&Places::of(&self.dir).next);
    }
}

/// Ends what a process that is gone has begun: moves a whole new store into its place, throws one away that is not.
/// Under the lock of the directory.
pub(super) fn settle(dir: &Path, files: &Arc<dyn Files>) -> Result<(), StoreError> {
    let Places { next, ready } = Places::of(dir);
    let remove = |path: &Path| files.remove_all(path).map_err(StoreError::io("remove", path));
    remove(&next)?;
    if !files.exists(&ready) {
        return Ok(());
    }
    for part in PARTS {
        let (from, to) = (ready.join(part), dir.join(part));
        if files.exists(&from) {
            remove(&to)?;
            files.rename(&from, &to).map_err(StoreError::io("move", &from))?;
            // In this order on the disk as well: what has left `ready` is in its place.
            [dir, &ready]
                .into_iter()
                .try_for_each(|dir| files.sync_dir(dir).map_err(StoreError::io("sync", dir)))?;
        }
    }
    remove(&ready)
}
