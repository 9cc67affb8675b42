//! A server that is stopped by SIGTERM and started again, as its clients see it: they are back soon, have missed nothing,
//! and what they had sent has run, where the client keeps its session, once.

mod client;

use std::{
    process::Command,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    client::Client,
    support::{
        http::Outcome,
        npm, program, rust,
        server::{Process, Server, serve_at},
    },
};

#[path = "../support/mod.rs"]
mod support;

/// Clients are back within this time after the start.
const BOUND: Duration = Duration::from_secs(2);
/// A machine that does other things as well may be slow once, or twice. Everything else is asserted of each restart.
const TRIES: usize = 3;
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_mins(1);
/// Messages that a client has sent before and after.
const SENT: usize = 10;

#[test]
fn the_client_of_browsers() {
    restart("npm convex", |address| {
        let mut node = npm::node();
        node.arg("restart.js").arg(address);
        node
    });
}

#[test]
fn the_official_rust_client() {
    restart("crate convex", |address| {
        let mut program = rust::program();
        program.arg("restart").arg(address);
        program
    });
}

#[test]
fn our_rust_client() {
    restart("lunora-client", |address| {
        let mut program = Command::new(program::fixture().with_file_name("lunora-fixture-client"));
        program.arg(address);
        program
    });
}

fn restart(name: &str, client: impl Fn(&str) -> Command) {
    let is_soon = |_| pause(name, &client) < BOUND;
    assert!((0..TRIES).any(is_soon), "{name}");
}

/// How long after the start of the server its client is back.
fn pause(name: &str, client: impl Fn(&str) -> Command) -> Duration {
    let data = TempDir::new().unwrap();
    let mut server = Server::start(&program::fixture(), data.path());
    let addr = server.addr();
    let client = Client::start(&mut client(&format!("http://{addr}")));
    client.says("ready");
    wait_for_messages(&server, SENT);
    send(&server, "before the restart");

    let stop = Instant::now();
    server.process().terminate();
    assert!(server.process().wait().success());
    let server = Process::start(&mut serve_at(addr, &program::fixture(), data.path())).serving();
    let start = Instant::now();
    let number = messages(&server).len();
    send(&server, "after the restart");
    client.says("back");
    let (since_start, since_stop) = (start.elapsed(), stop.elapsed());
    println!("{name}: back {since_start:.0?} after the start, {since_stop:.0?} after the end began");

    wait_for_messages(&server, number + SENT);
    client.finish();
    for body in ["before the restart", "after the restart"] {
        let found = messages(&server).iter().filter(|found| *found == body).count();
        assert_eq!(found, 1, "{body}");
    }
    since_start
}

/// Waits until the channel has so many messages.
fn wait_for_messages(server: &Server, number: usize) {
    let end = Instant::now() + PATIENCE;
    while messages(server).len() < number {
        assert!(Instant::now() < end, "the client sends nothing");
    }
}

fn send(server: &Server, body: &str) {
    let args = json!({"channel": "c", "author": "other", "body": body});
    call(server, "mutation", "messages:send", &args);
}

fn messages(server: &Server) -> Vec<String> {
    let messages = call(server, "query", "messages:list", &json!({"channel": "c"}));
    let body = |message: &Value| message["body"].as_str().unwrap().to_owned();
    messages.as_array().unwrap().iter().map(body).collect()
}

fn call(server: &Server, kind: &str, function: &str, args: &Value) -> Value {
    match server.connect().call(kind, function, args).unwrap() {
        Outcome::Success(value) => value,
        failure @ Outcome::Failure { .. } => panic!("{failure:?}"),
    }
}
