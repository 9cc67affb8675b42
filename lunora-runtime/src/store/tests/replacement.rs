//! A store that takes the place of another one, and what a crash leaves of it.

use super::super::Replacement;
use super::*;

/// A store with one pair, and an unfinished one with another beside it.
fn begun(dir: &Path) -> Replacement {
    put_durably(&open(dir), 1, "old", "value");
    let replacement = Embedded::replace(dir, &small()).unwrap();
    put(&*replacement.successor().unwrap(), 2, "new", "value").unwrap();
    replacement
}

/// The keys of the store in a directory.
fn keys(dir: &Path) -> Vec<Key> {
    let store = open(dir);
    let keys = all(&*store.snapshot(store.ordered()).unwrap()).into_iter();
    keys.map(|(key, _)| key).collect()
}

/// What lies in the directory of a store.
fn names(dir: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(name).collect();
    names.sort();
    names
}

#[test]
fn it_takes_the_place_when_it_is_finished() {
    let dir = tempfile::tempdir().unwrap();
    let replacement = begun(dir.path());
    assert_eq!(read(&*replacement.current(), "old").as_deref(), Some("value"));
    replacement.finish().unwrap();
    assert_eq!(names(dir.path()), ["lock", "log", "state.redb"]);
    assert_eq!(keys(dir.path()), [Key::from("new")]);
    assert_eq!(open(dir.path()).ordered(), Timestamp(2));
}

#[test]
fn dropped_it_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    drop(begun(dir.path()));
    assert_eq!(names(dir.path()), ["lock", "log", "state.redb"]);
    assert_eq!(keys(dir.path()), [Key::from("old")]);
}

#[test]
fn killed_before_the_end_it_changes_nothing() {
    let (dir, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let replacement = begun(dir.path());
    copy_dir(dir.path(), killed.path());
    drop(replacement);
    assert!(names(killed.path()).contains(&"next".to_owned()));
    assert_eq!(keys(killed.path()), [Key::from("old")]);
    assert_eq!(names(killed.path()), ["lock", "log", "state.redb"]);
}

/// What a kill leaves after so many of the steps from `ready` on: the log is removed, moved, the state moved.
fn killed_after(steps: usize, dir: &Path) {
    let replacement = begun(dir);
    replacement.successor().unwrap().close().unwrap();
    let left = dir.join("left");
    copy_dir(&dir.join("next"), &left);
    drop(replacement);
    fs::rename(left, dir.join("ready")).unwrap();
    let moves: [&dyn Fn(); 3] = [
        &|| fs::remove_dir_all(dir.join("log")).unwrap(),
        &|| fs::rename(dir.join("ready/log"), dir.join("log")).unwrap(),
        &|| fs::rename(dir.join("ready/state.redb"), dir.join("state.redb")).unwrap(),
    ];
    moves[..steps].iter().for_each(|step| step());
}

#[test]
fn killed_after_the_end_it_is_moved_by_the_next_opening() {
    for steps in 0..=3 {
        let dir = tempfile::tempdir().unwrap();
        killed_after(steps, dir.path());
        assert_eq!(keys(dir.path()), [Key::from("new")], "after {steps} steps");
        assert_eq!(names(dir.path()), ["lock", "log", "state.redb"]);
    }
}

#[test]
fn while_it_is_made_nobody_else_opens_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let _replacement = begun(dir.path());
    let refused = Embedded::open(dir.path(), small()).unwrap_err();
    assert!(matches!(refused, StoreError::Locked { .. }), "{refused}");
}

#[test]
fn a_directory_without_a_store_gets_one() {
    let dir = tempfile::tempdir().unwrap();
    let replacement = Embedded::replace(dir.path(), &small()).unwrap();
    put(&*replacement.successor().unwrap(), 7, "new", "value").unwrap();
    replacement.finish().unwrap();
    assert_eq!(keys(dir.path()), [Key::from("new")]);
}
