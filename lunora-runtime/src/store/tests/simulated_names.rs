//! The names of files and directories on a disk that can lose power.
//!
//! A change of a name is on the disk once the directory is synced in which the name is; that of a move into another directory,
//! in which it is then. Of all other changes, so many of the first ones are there after a power cut: sometimes of all, as on
//! a file system with one journal, and sometimes of those of each file and each directory, as where a sync of a file brings its
//! own name to the disk and no other. A move has happened or it has not: nothing has two names, or none. What is in a directory
//! is where the directory is, and gone with it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, Path, PathBuf};

use rand::RngExt;

use crate::sync::simulated::Random;

/// What there is, and what is there for sure.
#[derive(Debug, Default)]
pub(super) struct Names {
    current: BTreeMap<Name, Node>,
    synced: BTreeMap<Name, Node>,
    /// What leads from this to that.
    changes: Vec<Change>,
    directories: usize,
}

/// A name in a directory, which is called by its number. That of the root is 0.
type Name = (usize, OsString);

/// What has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    File(usize),
    Directory(usize),
}

/// Of the name of a file or a directory.
#[derive(Debug, Clone)]
struct Change {
    node: Node,
    from: Option<Name>,
    to: Option<Name>,
}

impl Names {
    pub(super) fn has(&self, path: &Path) -> bool {
        self.find(path).is_ok()
    }

    pub(super) fn file(&self, path: &Path) -> io::Result<usize> {
        match self.find(path)? {
            Node::File(file) => Ok(file),
            Node::Directory(_) => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    /// All that there are.
    pub(super) fn files(&self) -> impl Iterator<Item = usize> {
        self.current.values().filter_map(|node| match node {
            Node::File(file) => Some(*file),
            Node::Directory(_) => None,
        })
    }

    pub(super) fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let number = self.directory(dir)?;
        let names = self.current.range((number, OsString::new())..);
        let within = names.take_while(|((parent, _), _)| *parent == number);
        Ok(within.map(|((_, name), _)| dir.join(name)).collect())
    }

    pub(super) fn give(&mut self, file: usize, path: &Path) -> io::Result<()> {
        let to = self.name(path)?;
        self.change(Node::File(file), None, Some(to));
        Ok(())
    }

    pub(super) fn make_dir(&mut self, path: &Path) -> io::Result<()> {
        if !self.has(path) {
            let to = self.name(path)?;
            self.directories += 1;
            self.change(Node::Directory(self.directories), None, Some(to));
        }
        Ok(())
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let (node, from, to) = (self.find(from)?, self.name(from)?, self.name(to)?);
        self.change(node, Some(from), Some(to));
        Ok(())
    }

    /// A directory has to be empty.
    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        let (node, from) = (self.find(path)?, self.name(path)?);
        if matches!(node, Node::Directory(_)) && !self.list(path)?.is_empty() {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        self.change(node, Some(from), None);
        Ok(())
    }

    fn find(&self, path: &Path) -> io::Result<Node> {
        let mut node = Node::Directory(0);
        for part in path.components() {
            let Component::Normal(name) = part else { continue };
            let Node::Directory(parent) = node else {
                return Err(io::ErrorKind::NotADirectory.into());
            };
            let found = self.current.get(&(parent, name.to_owned()));
            node = *found.ok_or(io::ErrorKind::NotFound)?;
        }
        Ok(node)
    }

    fn directory(&self, path: &Path) -> io::Result<usize> {
        match self.find(path)? {
            Node::Directory(number) => Ok(number),
            Node::File(_) => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// The name that a path ends with, in a directory that is there.
    fn name(&self, path: &Path) -> io::Result<Name> {
        let parent = self.directory(path.parent().unwrap_or(path))?;
        Ok((parent, path.file_name().unwrap_or(OsStr::new("")).to_owned()))
    }

    fn change(&mut self, node: Node, from: Option<Name>, to: Option<Name>) {
        let change = Change { node, from, to };
        change.apply(&mut self.current);
        self.changes.push(change);
    }

    pub(super) fn sync(&mut self, dir: &Path) -> io::Result<()> {
        let dir = self.directory(dir)?;
        // What moved in and out before is on the disk with the last change of a name in it.
        let last: BTreeMap<_, _> = self
            .changes
            .iter()
            .enumerate()
            .filter(|(_, change)| change.is_in(dir))
            .map(|(place, change)| (change.node, place))
            .collect();
        let mut places = 0..;
        self.changes.retain(|change| {
            let is_synced = last.get(&change.node) >= places.next().as_ref();
            if is_synced {
                change.apply(&mut self.synced);
            }
            !is_synced
        });
        Ok(())
    }

    /// Only what is on the disk remains.
    pub(super) fn cut_power(&mut self, random: &mut Random) {
        let mut changes = std::mem::take(&mut self.changes);
        if random.random() {
            changes.truncate(random.random_range(0..=changes.len()));
        } else {
            keep_by_node(&mut changes, random);
        }
        for change in changes {
            change.apply(&mut self.synced);
        }
        self.current.clone_from(&self.synced);
    }
}

/// Of the changes of each file and each directory, so many of the first ones.
fn keep_by_node(changes: &mut Vec<Change>, random: &mut Random) {
    let (share, mut lost) = (random.random_range(0.0..1.0), BTreeSet::new());
    changes.retain(|change| {
        if random.random_bool(share) {
            lost.insert(change.node);
        }
        !lost.contains(&change.node)
    });
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<Name, Node>) {
        // Another one may have been given the name since.
        if let Some(from) = &self.from
            && names.get(from) == Some(&self.node)
        {
            names.remove(from);
        }
        if let Some(to) = &self.to {
            names.insert(to.clone(), self.node);
        }
    }

    fn is_in(&self, dir: usize) -> bool {
        let name = self.to.as_ref().or(self.from.as_ref());
        name.is_some_and(|(parent, _)| *parent == dir)
    }
}
