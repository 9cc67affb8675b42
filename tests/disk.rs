//! Disks that are full or read-only, and directories of somebody else: what the owner of a server is told.
//!
//! The disks are real ones: small file systems in memory, each mounted in a mount namespace of the process that is under
//! test. That takes Linux and `unshare` of util-linux, which the user may have to be allowed to use (`kernel.unprivileged_userns_clone`,
//! `kernel.apparmor_restrict_unprivileged_userns`).
#![cfg(target_os = "linux")]

mod support;

use std::{
    fs,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use support::{
    http::{Client, Outcome},
    program,
    server::{Finished, Process, Server, command, run, serve},
};
use tempfile::TempDir;

/// A directory on which the process under test has a file system of its own.
struct Disk(TempDir);

impl Disk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// `serve` on a file system of so many MiB; `prepare` is a script that is run on it before.
    fn serve(&self, mebibytes: usize, prepare: &str) -> Command {
        let mut command = command(Path::new("unshare"));
        let script = format!(
            "mount -t tmpfs -o size={mebibytes}m tmpfs \"$1\" || exit 99; cd \"$1\"; {prepare}; cd /; \
             exec \"$2\" serve --addr 127.0.0.1:0 --data \"$1/data\""
        );
        command
            .args(["--map-root-user", "--mount", "--", "sh", "-c", &script, "sh"])
            .arg(self.0.path())
            .arg(program::fixture());
        command
    }
}

/// A data directory with one message, closed properly.
fn prepared() -> TempDir {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(&program::fixture(), data.path());
    send(&mut server.connect(), "kept").unwrap();
    server.process().terminate();
    assert!(server.process().wait().success());
    data
}

/// Sends a message; says why if that is refused.
fn send(client: &mut Client, body: &str) -> Result<(), String> {
    let args = json!({"channel": "general", "author": "ada", "body": body});
    match client.call("mutation", "messages:send", &args) {
        Ok(Outcome::Success(_)) => Ok(()),
        Ok(other) => Err(format!("{other:?}")),
        Err(error) => Err(error.to_string()),
    }
}

fn count(client: &mut Client) -> usize {
    let listed = client.call("query", "messages:list", &json!({"channel": "general"}));
    let Value::Array(messages) = listed.unwrap().unwrap() else {
        panic!("no list")
    };
    messages.len()
}

/// Runs to its end, which is not that of the script before it.
fn refused(command: &mut Command) -> Finished {
    let finished = run(command);
    assert_ne!(
        finished.code,
        Some(99),
        "this test has to mount a file system of its own (see the top of its file): {}",
        finished.stderr
    );
    finished
}

#[test]
fn a_new_store_on_a_full_disk_says_so_and_ends() {
    let disk = Disk::new();
    let finished = refused(&mut disk.serve(4, ":"));
    let data = disk.data();
    finished.assert_failed(
        2,
        &[
            data.to_str().unwrap(),
            "No space left",
            "make some, then start again",
        ],
    );
}

#[test]
fn a_store_on_a_disk_that_is_full_by_now_says_so_and_ends() {
    let (disk, full) = (Disk::new(), "head -c 200M /dev/zero > ballast 2> /dev/null");
    let data = prepared();
    let prepare = format!("cp -r '{}' data && {full}", data.path().display());
    let finished = refused(&mut disk.serve(64, &prepare));
    finished.assert_failed(2, &["No space left", "make some, then start again"]);
    // Nothing is lost by that.
    let server = Server::start(&program::fixture(), data.path());
    assert_eq!(count(&mut server.connect()), 1);
}

#[test]
fn a_disk_that_cannot_be_written_is_named_with_what_to_do() {
    let disk = Disk::new();
    let data = prepared();
    let prepare = format!("cp -r '{}' data && mount -o remount,ro .", data.path().display());
    let finished = refused(&mut disk.serve(64, &prepare));
    finished.assert_failed(
        2,
        &["Read-only file system", "mount it for writing, then start again"],
    );
    let empty = refused(&mut disk.serve(64, "mount -o remount,ro ."));
    empty.assert_failed(
        2,
        &["Read-only file system", "mount it for writing, then start again"],
    );
}

/// Sends until that is refused; says why.
fn fill(client: &mut Client, body: &str) -> String {
    let refused = (0..200).find_map(|_| send(client, body).err());
    refused.expect("the disk is never full")
}

#[test]
fn a_disk_that_fills_up_while_serving_refuses_writes_and_serves_reads_until_there_is_room() {
    let disk = Disk::new();
    let process = Process::start(&mut disk.serve(80, "head -c 24M /dev/zero > ballast"));
    let (id, mut server) = (process.id(), process.serving());
    let mut client = server.connect();
    let body = "x".repeat(500_000);
    let why = fill(&mut client, &body);
    assert!(why.contains("Server Error"), "{why}");
    server
        .process()
        .has_logged(&["the disk is full: writes are refused"]);
    let mut client = server.connect();
    let args = json!({"channel": "none"});
    let listed = client.call("query", "messages:list", &args).unwrap().unwrap();
    assert_eq!(listed, json!([]));
    // A checkpoint may have made some room meanwhile.
    fill(&mut client, &body);
    // The file system as the process sees it.
    let ballast = format!("/proc/{id}/root{}/ballast", disk.0.path().display());
    fs::remove_file(ballast).unwrap();
    let mut client = server.connect();
    let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while send(&mut client, "again").is_err() {
        assert!(std::time::Instant::now() < end, "it goes on refusing");
        client = server.connect();
    }
    server.process().terminate();
    assert!(server.process().wait().success());
}

#[test]
fn damage_that_a_read_finds_while_serving_ends_the_server_and_is_named() {
    let data = tempfile::tempdir().unwrap();
    // More than its caches hold, or nothing might be read again.
    let start = || {
        let mut command = serve(&program::fixture(), data.path());
        command.args(["--memory-budget", &(64 << 20).to_string()]);
        Process::start(&mut command).serving()
    };
    let mut server = start();
    let mut client = server.connect();
    for _ in 0..32 {
        send(&mut client, &"x".repeat(400_000)).unwrap();
    }
    server.process().terminate();
    assert!(server.process().wait().success());
    let mut server = start();
    // Under the server, and behind the beginning, which is read at every start.
    let state = data.path().join("store/state.redb");
    let length = fs::metadata(&state).unwrap().len();
    let file = fs::OpenOptions::new().write(true).open(&state).unwrap();
    let rot = vec![0xa5; usize::try_from(length).unwrap() - 4096];
    file.write_all_at(&rot, 4096).unwrap();
    // Whoever asks is told of an internal error, or finds the connection closed.
    let args = json!({"channel": "general"});
    let listed = server.connect().call("query", "messages:list", &args);
    assert!(!matches!(listed, Ok(Outcome::Success(_))));
    assert_eq!(server.process().wait().code(), Some(2));
    let parts = [
        "stops rather than guess",
        state.to_str().unwrap(),
        "damaged",
        "backup",
    ];
    server.process().has_logged(&parts);
}

#[test]
fn a_directory_of_somebody_else_is_left_alone() {
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join("notes.txt"), "mine").unwrap();
    let refused = run(&mut serve(&program::fixture(), data.path()));
    refused.assert_failed(
        2,
        &["notes.txt", "no data of Lunora", "Name a directory that is empty"],
    );
    let names: Vec<_> = fs::read_dir(data.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["notes.txt"]);
}

#[test]
fn another_programs_store_is_left_alone() {
    let data = tempfile::tempdir().unwrap();
    fs::create_dir(data.path().join("store")).unwrap();
    fs::write(data.path().join("store/PG_VERSION"), "17").unwrap();
    let refused = run(&mut serve(&program::fixture(), data.path()));
    refused.assert_failed(2, &["PG_VERSION", "no data of Lunora"]);
    assert_eq!(fs::read_dir(data.path().join("store")).unwrap().count(), 1);
}

#[test]
fn the_data_of_another_application_is_left_alone() {
    let data = prepared();
    let refused = run(&mut serve(&program::bank(), data.path()));
    refused.assert_failed(
        2,
        &["another application", "`messages`", "Name another directory"],
    );
    let server = Server::start(&program::fixture(), data.path());
    assert_eq!(count(&mut server.connect()), 1);
}

#[test]
fn a_file_in_the_place_of_the_directory_is_told() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("data");
    fs::write(&file, "").unwrap();
    let refused = run(&mut serve(&program::fixture(), &file));
    refused.assert_failed(2, &[file.to_str().unwrap(), "a file where a directory should be"]);
}

/// What a file system puts at its root is no reason to refuse it.
#[test]
fn a_fresh_disk_is_as_good_as_an_empty_directory() {
    let data = tempfile::tempdir().unwrap();
    fs::create_dir(data.path().join("lost+found")).unwrap();
    fs::write(data.path().join(".keep"), "").unwrap();
    let server = Server::start(&program::fixture(), data.path());
    send(&mut server.connect(), "hello").unwrap();
}
