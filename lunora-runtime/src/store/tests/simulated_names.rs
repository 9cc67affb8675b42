//! The names of files on a disk that can lose power.
//!
//! Of the changes since the last sync of their directory, so many of the first ones are on the disk: sometimes of all, as
//! on a file system with one journal, and sometimes of those of each file, as where a sync of a file brings its own name
//! to the disk and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use rand::RngExt;

use crate::sync::simulated::Random;

/// What there is, and what is there for sure.
#[derive(Debug, Default)]
pub(super) struct Names {
    current: BTreeMap<PathBuf, usize>,
    synced: BTreeMap<PathBuf, usize>,
    /// What leads from this to that.
    changes: Vec<Change>,
}

/// Of the name of a file.
#[derive(Debug, Clone)]
struct Change {
    file: usize,
    from: Option<PathBuf>,
    to: Option<PathBuf>,
}

impl Names {
    pub(super) fn has(&self, path: &Path) -> bool {
        self.current.contains_key(path)
    }

    pub(super) fn file(&self, path: &Path) -> io::Result<usize> {
        let file = self.current.get(path).copied();
        file.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    pub(super) fn files(&self) -> impl Iterator<Item = usize> {
        self.current.values().copied()
    }

    pub(super) fn list(&self, dir: &Path) -> Vec<PathBuf> {
        let names = self.current.keys();
        names.filter(|path| path.parent() == Some(dir)).cloned().collect()
    }

    pub(super) fn give(&mut self, file: usize, path: &Path) {
        self.change(file, None, Some(path));
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(self.file(from)?, Some(from), Some(to));
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.change(self.file(path)?, Some(path), None);
        Ok(())
    }

    fn change(&mut self, file: usize, from: Option<&Path>, to: Option<&Path>) {
        let change = Change {
            file,
            from: from.map(Path::to_owned),
            to: to.map(Path::to_owned),
        };
        change.apply(&mut self.current);
        self.changes.push(change);
    }

    pub(super) fn sync(&mut self, dir: &Path) {
        for change in self.changes.extract_if(.., |change| change.is_in(dir)) {
            change.apply(&mut self.synced);
        }
    }

    /// Only what is on the disk remains.
    pub(super) fn cut_power(&mut self, random: &mut Random) {
        let mut changes = std::mem::take(&mut self.changes);
        if random.random() {
            changes.truncate(random.random_range(0..=changes.len()));
        } else {
            keep_by_file(&mut changes, random);
        }
        for change in changes {
            change.apply(&mut self.synced);
        }
        self.current.clone_from(&self.synced);
    }
}

/// Of the changes of each file, so many of the first ones.
fn keep_by_file(changes: &mut Vec<Change>, random: &mut Random) {
    let (share, mut lost) = (random.random_range(0.0..1.0), BTreeSet::new());
    changes.retain(|change| {
        if random.random_bool(share) {
            lost.insert(change.file);
        }
        !lost.contains(&change.file)
    });
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        // Another file may have been given the name since.
        if let Some(from) = &self.from
            && names.get(from) == Some(&self.file)
        {
            names.remove(from);
        }
        if let Some(to) = &self.to {
            names.insert(to.clone(), self.file);
        }
    }

    fn is_in(&self, dir: &Path) -> bool {
        let path = self.to.as_ref().or(self.from.as_ref());
        path.is_some_and(|path| path.parent() == Some(dir))
    }
}
