//! The official Python clients, unmodified, against a real server. The one over the WebSocket is the Rust crate `convex`.

use std::process::Command;

use tempfile::TempDir;

use crate::support::{program, python, server::Server};

#[path = "../support/mod.rs"]
mod support;

#[test]
fn python_clients() {
    let data = TempDir::new().unwrap();
    let server = Server::start(&program::fixture(), data.path());
    let mut command = Command::new(python::interpreter());
    command
        .arg(python::source("clients.py"))
        .arg(format!("http://{}", server.addr()));
    let finished = python::run(&mut command);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(finished.stdout.ends_with("all well\n"), "{finished:?}");
}
