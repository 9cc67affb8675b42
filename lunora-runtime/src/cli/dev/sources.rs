//! When the sources change.
//!
//! Looking at the times of some hundred files a few times a second costs next to nothing, works on every file system, and
//! needs no crate that every application would build.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tokio::time::sleep;

/// How often it is looked.
const INTERVAL: Duration = Duration::from_millis(200);

/// The files of which a program is made.
#[derive(Debug)]
pub(super) struct Sources {
    package: PathBuf,
    /// Those that cargo has named.
    named: BTreeSet<PathBuf>,
    seen: Seen,
}

/// Time and size of each file.
type Seen = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

impl Sources {
    /// Those of a package.
    pub(super) fn of(package: &Path) -> Self {
        Self {
            package: package.to_owned(),
            named: BTreeSet::new(),
            seen: Seen::new(),
        }
    }

    /// And these. What becomes of them counts from now on.
    pub(super) fn add(&mut self, files: Vec<PathBuf>) {
        for file in files {
            if !self.seen.contains_key(&file) {
                note(&file, &mut self.seen);
            }
            self.named.insert(file);
        }
    }

    /// Remembers how they are now.
    pub(super) fn look(&mut self) {
        self.seen = self.now();
    }

    /// Waits until they are not as they were when it was looked last, and for whoever writes them to be done.
    pub(super) async fn changed(&mut self) {
        while self.now() == self.seen {
            sleep(INTERVAL).await;
        }
        let mut last = self.now();
        loop {
            sleep(INTERVAL).await;
            let now = self.now();
            if now == last {
                return;
            }
            last = now;
        }
    }

    fn now(&self) -> Seen {
        let mut seen = Seen::new();
        for name in ["Cargo.toml", "build.rs"] {
            note(&self.package.join(name), &mut seen);
        }
        walk(&self.package.join("src"), &mut seen);
        for file in &self.named {
            note(file, &mut seen);
        }
        seen
    }
}

fn walk(directory: &Path, seen: &mut Seen) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&entry.path(), seen),
            _ => note(&entry.path(), seen),
        }
    }
}

/// A file that is not there is one that has not been noted.
fn note(file: &Path, seen: &mut Seen) {
    if let Ok(metadata) = fs::metadata(file) {
        seen.insert(file.to_owned(), (metadata.modified().ok(), metadata.len()));
    }
}
