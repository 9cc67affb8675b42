//! `dev`, as a process that works on an application of its own.
#![cfg(unix)]

mod support;

use std::{
    fs,
    io::ErrorKind,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use support::{
    http::Client,
    program,
    server::{Process, command, run},
};
use tempfile::TempDir;

/// A package in a directory of its own, which is the same in each run, so that cargo does not keep one of each.
struct Package {
    name: &'static str,
    directory: PathBuf,
}

const MANIFEST: &str = r#"
[package]
name = "NAME"
version = "0.0.0"
edition = "2024"

[dependencies]
lunora = { path = "LUNORA" }

[profile.dev.package.redb]
opt-level = 1

[workspace]
"#;

const NOTES: &str = r#"
use lunora::prelude::*;

#[table("notes")]
pub struct Note {
    pub text: String,
}

#[query]
pub async fn version(_ctx: &QueryCtx) -> Result<String> {
    Ok("VERSION".to_owned())
}

#[mutation]
pub async fn add(ctx: &mut MutationCtx, text: String) -> Result<()> {
    ctx.db().insert(Note { text }).await.map(drop)
}

#[query]
pub async fn count(ctx: &QueryCtx) -> Result<u32> {
    Ok(u32::try_from(ctx.db().query::<Note>().count().await?)?)
}
"#;

const NEWCOMER: &str = "
#[query]
pub async fn newcomer(_ctx: &QueryCtx) -> Result<()> {
    Ok(())
}
";

impl Package {
    fn new(name: &'static str) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&directory);
        let package = Self { name, directory };
        let lunora = env!("CARGO_MANIFEST_DIR");
        fs::create_dir_all(package.path("src")).unwrap();
        let manifest = MANIFEST.replace("LUNORA", lunora).replace("NAME", name);
        fs::write(package.path("Cargo.toml"), manifest).unwrap();
        // The same versions, which are built already.
        fs::copy(Path::new(lunora).join("Cargo.lock"), package.path("Cargo.lock")).unwrap();
        package.list("count");
        package.write("one", "");
        package
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Lists the functions, and one more.
    fn list(&self, more: &str) {
        let main = format!(
            "mod notes;\nlunora::app! {{ notes::{{Note, version, add, count, {more}}} }}\n\
             fn main() -> std::process::ExitCode {{ lunora::main(app()) }}\n"
        );
        fs::write(
            self.path("src/main.rs"),
            main.replace(", count, count", ", count"),
        )
        .unwrap();
    }

    /// Writes the functions, of which one says `version`.
    fn write(&self, version: &str, more: &str) {
        let text = NOTES.replace("VERSION", version) + more;
        fs::write(self.path("src/notes.rs"), text).unwrap();
    }

    /// Builds it as `cargo run` would, where the programs under test are.
    fn build(&self) -> PathBuf {
        let programs = program::fixture();
        let directory = programs.parent().unwrap();
        let mut cargo = program::cargo();
        cargo.current_dir(&self.directory);
        cargo.args(["build", "--quiet", "--offline", "--target-dir"]);
        cargo.arg(directory.parent().unwrap());
        if directory.ends_with("release") {
            cargo.arg("--release");
        }
        run(&mut cargo).unwrap();
        directory.join(self.name)
    }

    fn dev(&self, program: &Path) -> Process {
        let mut dev = command(program);
        // As `cargo run` says where the package is.
        dev.current_dir(&self.directory)
            .env("CARGO_MANIFEST_DIR", &self.directory);
        dev.args(["dev", "--typescript", "client", "--", "--addr", "127.0.0.1:0"]);
        Process::start(&mut dev)
    }
}

/// Waits until a server says where it serves.
fn served(dev: &Process) -> SocketAddr {
    loop {
        if let Some(addr) = dev.line().strip_prefix("Lunora serves http://") {
            return addr.parse().unwrap();
        }
    }
}

/// Waits for a line that has this in it.
fn said(dev: &Process, text: &str) {
    while !dev.line().contains(text) {}
}

#[track_caller]
fn ask(addr: SocketAddr, kind: &str, path: &str, args: &Value) -> Value {
    let body = json!({"path": path, "args": args});
    let reply = Client::connect(addr)
        .unwrap()
        .post(&format!("/api/{kind}"), &[], &body);
    reply.unwrap().body["value"].clone()
}

#[test]
fn what_changes_is_served_and_the_data_stays() {
    let package = Package::new("dev-changes");
    let program = package.build();
    let mut dev = package.dev(&program);
    let first = served(&dev);
    let version = |addr| ask(addr, "query", "notes:version", &json!({}));
    assert_eq!(version(first), "one");
    ask(first, "mutation", "notes:add", &json!({"text": "kept"}));
    let types = || fs::read_to_string(package.path("client/api.d.ts")).unwrap();
    assert!(types().contains("version: ") && !types().contains("newcomer"));

    package.write("two", "");
    let second = served(&dev);
    assert_eq!(version(second), "two");
    assert_eq!(ask(second, "query", "notes:count", &json!({})), 1.0);
    assert!(Client::connect(first).is_err(), "the old server is gone");

    package.write("three", "fn broken(");
    said(&dev, "does not compile");
    assert_eq!(version(second), "two", "the old server goes on");
    dev.has_logged(&["src/notes.rs"]);

    package.list("newcomer");
    package.write("three", NEWCOMER);
    let third = served(&dev);
    assert_eq!(version(third), "three");
    assert_eq!(ask(third, "query", "notes:count", &json!({})), 1.0);
    assert!(types().contains("newcomer: "));

    dev.terminate();
    assert!(dev.wait().success());
    assert!(Client::connect(third).is_err(), "nothing is left behind");
}

#[test]
fn a_server_ends_with_the_process_that_started_it() {
    let package = Package::new("dev-killed");
    let program = package.build();
    let mut dev = package.dev(&program);
    let addr = served(&dev);
    let mut connection = Client::connect(addr).unwrap();
    dev.kill();
    // Its connections end with it, and waiting for that does not.
    let end = connection.rest().map_err(|error| error.kind());
    assert!(matches!(end, Ok(0) | Err(ErrorKind::ConnectionReset)), "{end:?}");
}

#[test]
fn it_says_where_it_has_to_be_started() {
    let directory = TempDir::new().unwrap();
    let mut dev = command(&program::fixture());
    dev.current_dir(directory.path()).env_remove("CARGO_MANIFEST_DIR");
    run(dev.arg("dev")).assert_failed(2, &["Cargo.toml", "cargo run -- dev"]);
    let mut dev = command(&program::fixture());
    run(dev.args(["dev", "--", "--adr", "x"])).assert_failed(2, &["--adr"]);
}
