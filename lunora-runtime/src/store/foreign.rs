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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_empty_or_not_there_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let refused = || {
            refuse_foreign(dir.path(), &["log"])
                .err()
                .map(|error| error.to_string())
        };
        assert_eq!(refused(), None);
        refuse_foreign(&dir.path().join("none"), &["log"]).unwrap();
        fs::write(dir.path().join(".hidden"), "").unwrap();
        fs::create_dir(dir.path().join("lost+found")).unwrap();
        assert_eq!(refused(), None);
        fs::write(dir.path().join("notes.txt"), "").unwrap();
        assert!(refused().unwrap().contains("notes.txt"));
        fs::create_dir(dir.path().join("log")).unwrap();
        assert_eq!(
            refused(),
            None,
            "what else lies in our directory is its owner's affair"
        );
    }
}
