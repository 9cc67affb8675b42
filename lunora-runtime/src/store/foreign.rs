//! Directories that are in use for something else.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::error::StoreError;

/// Refuses a directory with files of somebody else in it, unless one of `ours` is there as well: then it is in use by us,
/// and what else lies there is its owner's affair. Nobody minds hidden files, nor what a file system puts at its root.
pub(crate) fn refuse_foreign(dir: &Path, ours: &[&str]) -> Result<(), StoreError> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(StoreError::io("list", dir))?,
    };
    let mut foreign = None;
    for entry in entries {
        let name = entry.map_err(StoreError::io("list", dir))?.file_name();
        let name = name.to_string_lossy();
        if ours.contains(&&*name) {
            return Ok(());
        }
        if !name.starts_with('.') && name != "lost+found" {
            foreign = Some(dir.join(&*name));
        }
    }
    match foreign {
        None => Ok(()),
        Some(found) => Err(StoreError::Foreign {
            dir: dir.to_owned(),
            found,
        }),
    }
}
