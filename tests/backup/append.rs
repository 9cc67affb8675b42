//! `import --append`: what the sum of two stores is, both of which have been served.

use std::{
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::support::{
    http::Client,
    program,
    server::{Process, Server, check, command, run, serve},
    socket::Socket,
};

/// A request of both servers.
const SHARED: &str = "7b0a7a0e-6a5c-4b8e-9a39-0d6d8f3c1a01";
/// One of each server, and a session.
const OWN: [(&str, &str); 2] = [
    ("source", "7b0a7a0e-6a5c-4b8e-9a39-0d6d8f3c1a02"),
    ("target", "7b0a7a0e-6a5c-4b8e-9a39-0d6d8f3c1a03"),
];
/// Another session.
const LATER: &str = "7b0a7a0e-6a5c-4b8e-9a39-0d6d8f3c1a04";
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_mins(1);

fn fixture(args: &[&str], data: &Path) -> String {
    run(command(&program::fixture()).args(args).arg("--data").arg(data)).unwrap()
}

fn printed(args: &[&str], data: &Path) -> Value {
    serde_json::from_str(&fixture(args, data)).unwrap()
}

/// A server with a cron.
fn start(data: &Path) -> Server {
    let mut command = serve(&program::fixture(), data);
    Process::start(command.env("LUNORA_FIXTURE_CRONS", "idle")).serving()
}

fn send(client: &mut Client, key: &str, body: &str) -> Value {
    let message = json!({"channel": "general", "author": "ada", "body": body});
    client.call_once(key, "messages:send", &message).unwrap().unwrap()
}

fn effects(client: &mut Client, key: &str) -> Value {
    let effects = client.call("query", "promises:effects", &json!({"keys": [key]}));
    effects.unwrap().unwrap()[0].take()
}

fn wait_for_effect(client: &mut Client, key: &str) {
    let end = Instant::now() + PATIENCE;
    while effects(client, key) != json!(1.0) {
        assert!(Instant::now() < end, "{key} has no effect");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A store that was served, and in the middle of it. Its messages have these ids, first that of its own request.
struct Served {
    data: PathBuf,
    messages: [Value; 2],
    /// It waits, and is no cron's.
    job: String,
}

impl Served {
    fn new(dir: &TempDir, (name, own): (&str, &str)) -> Self {
        let data = dir.path().join(name);
        let mut server = start(&data);
        let mut client = server.connect();
        let mut socket = Socket::open(server.addr()).unwrap();
        socket.connect(own).unwrap();
        wait_for_effect(&mut client, &format!("came/{own}"));
        let messages = [own, SHARED].map(|key| send(&mut client, key, name));
        let args = json!({"promise": "muchLater", "keys": [name], "spread": 0});
        let jobs = client.call("mutation", "promises:schedule", &args).unwrap();
        server.process().kill();
        Self {
            data,
            messages,
            job: jobs.unwrap()[0].as_str().unwrap().to_owned(),
        }
    }
}

#[test]
fn what_is_added_is_the_data_and_the_work_and_the_crons_are_the_servers_own() {
    let dir = tempfile::tempdir().unwrap();
    let [source, target] = OWN.map(|own| Served::new(&dir, own));
    {
        // It has a run behind it, and another one before it.
        let server = start(&source.data);
        fixture(&["crons", "run", "idle"], &source.data);
        wait_for_effect(&mut server.connect(), "idle");
        let mut socket = Socket::open(server.addr()).unwrap();
        socket.connect(LATER).unwrap();
        for effect in [format!("came/{LATER}"), format!("away/{}", OWN[0].1)] {
            wait_for_effect(&mut server.connect(), &effect);
        }
        // A client that is gone before the server would leave a hook that waits.
        drop(server);
        drop(socket);
    }
    let file = dir.path().join("file");
    fixture(&["export", file.to_str().unwrap()], &source.data);
    let told = fixture(&["import", file.to_str().unwrap(), "--append"], &target.data);
    for line in [
        "_crons: 0 documents, 1 left out\n",
        "_requests: 1 documents, 1 left out\n",
        "messages: 2 documents\n",
        "jobs that wait: 1, 0 of them of crons; ",
    ] {
        assert!(told.contains(line), "{told}");
    }
    check(&program::fixture(), &target.data);

    let server = start(&target.data);
    let mut client = server.connect();
    let crons = printed(&["crons", "list", "--json"], &target.data);
    let crons = crons["crons"].as_array().unwrap();
    assert_eq!(crons.len(), 1, "{crons:?}");
    assert_eq!(crons[0]["runs"], json!([]), "the server's own has not run");
    assert_eq!(effects(&mut client, "idle"), json!(1.0));
    let waiting = printed(&["jobs", "list", "--state", "pending", "--json"], &target.data);
    let waiting = waiting["jobs"].as_array().unwrap().iter();
    let mut functions: Vec<_> = waiting.map(|job| job["function"].as_str().unwrap()).collect();
    functions.sort_unstable();
    assert_eq!(functions, ["crons:tick", "promises:effect", "promises:effect"]);
    for job in [&source.job, &target.job] {
        let shown = printed(&["jobs", "show", job, "--json"], &target.data);
        assert_eq!(shown["state"], json!("pending"));
    }

    let repeats = [(OWN[0].1, &source), (OWN[1].1, &target)];
    for ((name, _), (key, served)) in OWN.into_iter().zip(repeats) {
        assert_eq!(send(&mut client, key, name), served.messages[0]);
    }
    assert_eq!(send(&mut client, SHARED, "target"), target.messages[1]);
    let listed = client.call("query", "messages:list", &json!({"channel": "general"}));
    assert_eq!(listed.unwrap().unwrap().as_array().unwrap().len(), 4);
    for session in [OWN[0].1, OWN[1].1, LATER] {
        wait_for_effect(&mut client, &format!("away/{session}"));
    }
}
