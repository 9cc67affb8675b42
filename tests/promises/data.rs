//! A data directory that stays behind when a promise was not kept.

use std::{fs, path::Path, thread};

use tempfile::TempDir;

#[derive(Debug)]
pub(super) struct Data(Option<TempDir>);

impl Data {
    pub(super) fn new() -> Self {
        Self(Some(tempfile::tempdir().unwrap()))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.as_ref().expect("it is there until this is dropped").path()
    }

    /// The first key of the server.
    pub(super) fn admin_key(&self) -> String {
        let key = fs::read_to_string(self.path().join("admin-key")).unwrap();
        key.trim().to_owned()
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        if thread::panicking()
            && let Some(directory) = self.0.take()
        {
            println!("the data is kept in {}", directory.keep().display());
        }
    }
}
