//! The official Rust client, unmodified, against a real server: the program is in `tests/rust`.

use tempfile::TempDir;

use crate::support::{
    program, rust,
    server::{Server, run},
};

#[path = "../support/mod.rs"]
mod support;

#[test]
fn rust_client() {
    let data = TempDir::new().unwrap();
    let server = Server::start(&program::fixture(), data.path());
    let mut command = rust::program();
    command.arg("calls").arg(format!("http://{}", server.addr()));
    let finished = run(&mut command);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(finished.stdout.ends_with("all well\n"), "{finished:?}");
}
