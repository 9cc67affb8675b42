//! Killed in the middle, an import has happened or has not.

use std::sync::{Mutex, PoisonError};

use super::super::fixture::{insert, item, items_schema};
use super::*;
use crate::store::copy_dir;

/// Imports, and keeps copies of the directory as it was at many moments: what kills would have left.
fn import_with_kills(dir: &Path, file: &[u8], mode: ImportMode) -> Vec<tempfile::TempDir> {
    let copies = Arc::new(Mutex::new(Vec::new()));
    let options = ImportOptions {
        progress: {
            let (copies, dir) = (Arc::clone(&copies), dir.to_owned());
            Box::new(move |_| {
                let copy = tempfile::tempdir().unwrap();
                copy_dir(&dir, copy.path());
                copies.lock().unwrap().push(copy);
            })
        },
        ..import_options(mode)
    };
    try_import(dir, items_schema(), file, options).unwrap();
    std::mem::take(&mut *copies.lock().unwrap_or_else(PoisonError::into_inner))
}

#[test]
fn killed_in_the_middle_of_an_import_the_store_is_as_it_was() {
    let from = tempfile::tempdir().unwrap();
    let source = open_in(from.path(), items_schema());
    for part in 0..3_u16 {
        insert(
            &source.database,
            (0..1_000_u16).map(|n| item(0.0, 0.0, &format!("{}", part * 1_000 + n))),
        );
    }
    let file = export(&source.database);
    for (mode, after) in [(ImportMode::Replace, 3_000), (ImportMode::Append, 3_001)] {
        let dir = tempfile::tempdir().unwrap();
        let target = open_in(dir.path(), items_schema());
        insert(&target.database, [item(0.0, 0.0, "before")]);
        let before = target.pairs();
        target.close();
        drop(target);
        let killed = import_with_kills(dir.path(), &file, mode);
        assert!(killed.len() >= 6, "{}", killed.len());
        for (round, copy) in killed.iter().enumerate() {
            assert!(open_in(copy.path(), items_schema()).pairs() == before);
            assert!(!copy.path().join("next").exists(), "what was begun takes no room");
            if round % 4 > 0 {
                continue;
            }
            // And the import can be done again.
            try_import(copy.path(), items_schema(), &file, import_options(mode)).unwrap();
            assert_eq!(
                keys_of_items(&open_in(copy.path(), items_schema()).database).len(),
                after
            );
        }
        assert_eq!(
            keys_of_items(&open_in(dir.path(), items_schema()).database).len(),
            after
        );
    }
}
