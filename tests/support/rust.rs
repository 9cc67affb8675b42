//! The crate `convex` under test: a program around it, in a workspace with a lock file of its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use super::program;

/// The program of `tests/rust`. The first build fetches what its lock file says and takes a minute or two.
pub fn program() -> Command {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    Command::new(BUILT.get_or_init(build))
}

fn build() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rust");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rust/Cargo.toml");
    let mut cargo = program::cargo();
    cargo
        .args(["build", "--quiet", "--locked", "--manifest-path"])
        .arg(manifest);
    cargo.arg("--target-dir").arg(&target);
    assert!(
        cargo.status().unwrap().success(),
        "the program around the crate `convex` does not build: {cargo:?}"
    );
    target.join("debug/lunora-rust-client-test")
}
