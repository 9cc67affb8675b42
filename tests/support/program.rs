//! The programs under test: the binaries that a user runs, not the test in their place.
//!
//! Cargo tells a test where the binaries of its own package are, and those of other packages not. So the test builds
//! them itself, by the cargo and in the profile that built the test: mostly that is a look at what is there already.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// `examples/bank`.
pub fn bank() -> PathBuf {
    directory().join("bank")
}

/// `examples/billing`.
pub fn billing() -> PathBuf {
    directory().join("billing")
}

/// `tests/fixture`.
pub fn fixture() -> PathBuf {
    directory().join("lunora-fixture")
}

/// `docs/guestbook`.
pub fn guestbook() -> PathBuf {
    directory().join("guestbook")
}

/// `docs/shop`.
pub fn shop() -> PathBuf {
    directory().join("shop")
}

fn directory() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build)
}

const OURS: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_PRIMARY_"];

/// The cargo that built the test, without what it tells the test about its own package: build scripts that listen to that
/// would be run anew, each time.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    let ours = |name: &str| name == "CARGO" || OURS.iter().any(|start| name.starts_with(start));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(ours) {
            cargo.env_remove(name);
        }
    }
    cargo
}

fn build() -> PathBuf {
    // target/<profile>/deps/<test>
    let test = std::env::current_exe().unwrap();
    let directory = test.parent().unwrap().parent().unwrap().to_owned();
    let profile = match directory.file_name().unwrap().to_str().unwrap() {
        "debug" => "dev",
        other => other,
    };
    let mut cargo = cargo();
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args(["build", "--quiet", "--profile", profile, "--target-dir"]);
    cargo.arg(directory.parent().unwrap());
    cargo.args([
        "--package=bank",
        "--package=billing",
        "--package=guestbook",
        "--package=lunora-fixture",
        "--package=shop",
        "--bins",
    ]);
    assert!(
        cargo.status().unwrap().success(),
        "the programs under test do not build: {cargo:?}"
    );
    directory
}
