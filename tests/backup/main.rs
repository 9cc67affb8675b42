//! `export` and `import`, as an owner of data types them, on real processes.
//!
//! `LUNORA_KILLS` sets how many imports are killed (10 unless set), `LUNORA_SEED` repeats a run's choices.
#![cfg(unix)]

#[path = "../support/mod.rs"]
mod support;

mod append;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rand::RngExt;
use serde_json::json;
use support::{
    program,
    seed::{generator, of_this_run},
    server::{Finished, Process, Server, check, command, run},
};

/// A command of the bank that runs to its end.
fn bank(args: &[&str], data: &Path) -> Finished {
    run(command(&program::bank()).args(args).arg("--data").arg(data))
}

/// Accounts of equal balance in a directory that nobody holds afterwards.
fn fill(data: &Path, from: u32, accounts: u32, balance: u32) {
    let mut server = Server::start(&program::bank(), data);
    open_accounts(&server, from, accounts, balance);
    server.process().terminate();
    assert!(server.process().wait().success());
}

fn open_accounts(server: &Server, from: u32, count: u32, balance: u32) {
    let args = json!({"from": from, "count": count, "balance": balance});
    server
        .connect()
        .call("mutation", "bank:open", &args)
        .unwrap()
        .unwrap();
}

#[track_caller]
fn total(data: &Path) -> String {
    bank(&["run", "bank:total"], data).unwrap()
}

#[test]
fn what_is_exported_is_imported_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let (source, target, file) = (
        dir.path().join("a"),
        dir.path().join("b"),
        dir.path().join("backup"),
    );
    let name = file.to_str().unwrap();
    fill(&source, 0, 2_500, 3);
    let exported = bank(&["export", name], &source);
    assert!(
        exported.stderr.contains("exporting accounts: 2500 of 2500"),
        "{exported:?}"
    );
    assert!(exported.unwrap().starts_with("2500 documents of "));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    bank(&["export", name], &source).assert_failed(2, &[name, "exists"]);

    let imported = bank(&["import", name], &target);
    assert!(
        imported.stderr.contains("importing accounts: 2500 of 2500"),
        "{imported:?}"
    );
    assert!(imported.unwrap().contains("accounts: 2500 documents"));
    assert_eq!(total(&target), "7500.0\n");
    check(&program::bank(), &target);

    bank(&["import", name], &target).assert_failed(1, &["nothing was imported", "--replace", "--append"]);
    bank(&["import", name, "--append"], &target).assert_failed(1, &["nothing was imported", "accounts"]);
    bank(&["import", name, "--replace"], &target).unwrap();
    assert_eq!(total(&target), "7500.0\n");
    bank(&["import", name, "--replace", "--append"], &target).assert_failed(2, &["--replace", "--append"]);
}

#[test]
fn a_running_server_is_exported_by_its_directory_or_its_address() {
    let dir = tempfile::tempdir().unwrap();
    let [data, first, second, none] = ["data", "first", "second", "none"].map(|name| dir.path().join(name));
    let server = Server::start(&program::bank(), &data);
    open_accounts(&server, 0, 100, 5);
    bank(&["export", first.to_str().unwrap()], &data).unwrap();
    open_accounts(&server, 100, 100, 5);
    let key = fs::read_to_string(data.join("admin-key")).unwrap();
    let url = format!("http://{}/", server.addr());
    let by_address = |file: &Path, key: &str| {
        let args = [
            "export",
            file.to_str().unwrap(),
            "--url",
            &url,
            "--admin-key",
            key,
        ];
        run(command(&program::bank()).args(args))
    };
    by_address(&second, key.trim()).unwrap();
    by_address(&none, "admin|wrong").assert_failed(2, &["401", "admin key"]);
    let names = fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(names, 3, "what failed has left no file");

    bank(&["import", first.to_str().unwrap()], &data).assert_failed(2, &["running server", "stop it"]);
    drop(server);
    for (file, sum) in [(first, "500.0\n"), (second, "1000.0\n")] {
        let target = tempfile::tempdir().unwrap();
        bank(&["import", file.to_str().unwrap()], target.path()).unwrap();
        assert_eq!(total(target.path()), sum);
        check(&program::bank(), target.path());
    }
}

/// A copy does once more what waited, and nothing that had begun.
#[test]
fn what_is_under_way_in_an_export_is_told_and_no_action_begins_twice() {
    let dir = tempfile::tempdir().unwrap();
    let [data, copy, file, never] = ["data", "copy", "file", "never"].map(|name| dir.path().join(name));
    let fixture = |args: &[&str], data: &Path| {
        run(command(&program::fixture()).args(args).arg("--data").arg(data)).unwrap()
    };
    let server = Server::start(&program::fixture(), &data);
    let mut client = server.connect();
    let mut schedule = |promise: &str, key: &str| {
        let args = json!({"promise": promise, "keys": [key], "spread": 0});
        let jobs = client
            .call("mutation", "promises:schedule", &args)
            .unwrap()
            .unwrap();
        jobs[0].as_str().unwrap().to_owned()
    };
    let waits = schedule("muchLater", "later");
    let runs = schedule("acting", never.to_str().unwrap());
    let effects = |server: &Server| {
        let keys = json!({"keys": [never.to_str().unwrap()]});
        server
            .connect()
            .call("query", "promises:effects", &keys)
            .unwrap()
            .unwrap()
    };
    let patience = Instant::now() + Duration::from_mins(1);
    while effects(&server) != json!([1.0]) {
        assert!(Instant::now() < patience, "the action has no effect");
    }
    fixture(&["export", file.to_str().unwrap()], &data);

    let told = fixture(&["import", file.to_str().unwrap()], &copy);
    assert!(
        told.ends_with("actions that ran: 1; open connections: 0\n"),
        "{told}"
    );
    let imported = Server::start(&program::fixture(), &copy);
    let state = |id: &str| {
        let shown = fixture(&["jobs", "show", id, "--json"], &copy);
        serde_json::from_str::<serde_json::Value>(&shown).unwrap()["state"].clone()
    };
    assert_eq!((state(&waits), state(&runs)), (json!("pending"), json!("failed")));
    assert_eq!(effects(&imported), json!([1.0]));
}

#[test]
fn admin_keys_stay_where_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let [source, target, file] = ["source", "target", "file"].map(|name| dir.path().join(name));
    fill(&source, 0, 10, 1);
    fill(&target, 0, 20, 1);
    bank(&["export", file.to_str().unwrap()], &source).unwrap();
    let [theirs, ours] = [&source, &target].map(|data| fs::read_to_string(data.join("admin-key")).unwrap());
    bank(&["import", file.to_str().unwrap(), "--replace"], &target).unwrap();
    let server = Server::start(&program::bank(), &target);
    let export = |key: &str| {
        let url = format!("http://{}", server.addr());
        let args = ["run", "bank:total", "--url", &url, "--admin-key", key.trim()];
        run(command(&program::bank()).args(args))
    };
    assert_eq!(export(&ours).unwrap(), "10.0\n");
    export(&theirs).assert_failed(2, &["401"]);
}

#[test]
fn a_file_that_is_not_whole_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let [source, target, file] = ["source", "target", "file"].map(|name| dir.path().join(name));
    fill(&source, 0, 3_000, 1);
    fill(&target, 0, 20, 1);
    bank(&["export", file.to_str().unwrap()], &source).unwrap();
    let whole = fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 16;
    for (bytes, part) in [
        (&whole[..whole.len() / 2], "in the middle"),
        (&flipped, "damaged at byte"),
        (b"%PDF-1.7", "no export of a Lunora store"),
    ] {
        fs::write(&file, bytes).unwrap();
        bank(&["import", file.to_str().unwrap(), "--replace"], &target)
            .assert_failed(1, &["nothing was imported", part]);
        assert_eq!(total(&target), "20.0\n");
    }
    let nowhere = dir.path().join("nowhere");
    bank(&["import", nowhere.to_str().unwrap()], &target).assert_failed(2, &["nowhere"]);
    bank(&["export", "x"], &nowhere).assert_failed(2, &["no data in"]);
}

/// How many imports are killed.
fn kills() -> u64 {
    std::env::var("LUNORA_KILLS").map_or(10, |text| text.parse().expect("LUNORA_KILLS is a number"))
}

/// Killed anywhere between its start and its end, an import has happened whole or not at all.
#[test]
fn a_killed_import_has_happened_or_has_not() {
    let seed = of_this_run();
    let dir = tempfile::tempdir().unwrap();
    let [source, before, file] = ["source", "before", "file"].map(|name| dir.path().join(name));
    fill(&source, 0, 1_500, 1);
    fill(&before, 1_000_000, 20, 1);
    bank(&["export", file.to_str().unwrap()], &source).unwrap();
    let import = |data: &Path, mode: &str| {
        let mut import = command(&program::bank());
        import
            .args(["import", file.to_str().unwrap(), mode, "--data"])
            .arg(data);
        import
    };
    let trial = dir.path().join("trial");
    copy_directory(&before, &trial);
    let start = Instant::now();
    run(&mut import(&trial, "--replace")).unwrap();
    let took = start.elapsed();

    let mut happened = 0;
    for round in 0..kills() {
        let data = dir.path().join(format!("data{round}"));
        copy_directory(&before, &data);
        let (mode, after) =
            [("--replace", "1500.0\n"), ("--append", "1520.0\n")][usize::from(round % 2 == 1)];
        let mut process = Process::start(&mut import(&data, mode));
        thread::sleep(took.mul_f64(generator(seed, round).random_range(0.0..1.2)));
        process.kill();
        match &*total(&data) {
            "20.0\n" => {
                run(&mut import(&data, mode)).unwrap();
                assert_eq!(total(&data), after);
            }
            other => {
                assert_eq!(other, after, "round {round}");
                happened += 1;
            }
        }
        check(&program::bank(), &data);
        fs::remove_dir_all(&data).unwrap();
    }
    println!("{} imports killed, {happened} had taken place", kills());
}

fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, target) = entry
            .map(|entry| (entry.path(), to.join(entry.file_name())))
            .unwrap();
        if path.is_dir() {
            copy_directory(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
