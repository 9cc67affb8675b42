//! Directories whose names outlive the power.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::error::StoreError;
use super::log::{Disk, Files};

/// Makes a directory, and what is missing above it. The name of each is on disk before the next one is made in it: so of
/// those that a process has left that was killed, only that of the last may be on none.
pub(super) fn make_dirs(
    dir: &Path,
    files: &dyn Files,
    make: impl Fn(&Path) -> io::Result<()>,
) -> Result<(), StoreError> {
    let is_missing = |dir: &&Path| !dir.as_os_str().is_empty() && !files.exists(dir);
    let missing: Vec<_> = dir.ancestors().take_while(is_missing).collect();
    if let Some(parent) = dir.ancestors().nth(missing.len()).and_then(parent) {
        files
            .sync_dir(parent)
            .or_else(unless_it_is_not_ours)
            .map_err(StoreError::io("sync", parent))?;
    }
    for dir in missing.into_iter().rev() {
        make(dir).map_err(StoreError::io("create", dir))?;
        if let Some(parent) = parent(dir) {
            files.sync_dir(parent).map_err(StoreError::io("sync", parent))?;
        }
    }
    Ok(())
}

/// Makes a directory for its owner alone, and so what is missing above it. One that is there stays as it is.
pub(crate) fn make_private_dirs(dir: &Path) -> Result<(), StoreError> {
    make_dirs(dir, &Disk, |dir| {
        let mut directory = std::fs::DirBuilder::new();
        directory.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut directory, 0o700);
        directory.create(dir)
    })
}

/// The directory in which a path has its name.
fn parent(path: &Path) -> Option<&Path> {
    let parent = path.parent()?;
    let is_here = parent.as_os_str().is_empty();
    Some(if is_here { Path::new(".") } else { parent })
}

/// No process of ours has just made anything in a directory that it cannot read, or on a file system that is never written:
/// that one knows no such sync.
fn unless_it_is_not_ours(error: io::Error) -> io::Result<()> {
    match error.kind() {
        ErrorKind::PermissionDenied
        | ErrorKind::ReadOnlyFilesystem
        | ErrorKind::InvalidInput
        | ErrorKind::Unsupported => Ok(()),
        _ => Err(error),
    }
}
