//! A directory that is gone with the test.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::functions::RequestId;

#[derive(Debug)]
pub(super) struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    pub(super) fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("lunora-test-{}", RequestId::random()));
        fs::create_dir(&path)?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        // What cannot be removed stays in the system's temporary directory, where such things end.
        let _ = fs::remove_dir_all(&self.0);
    }
}
