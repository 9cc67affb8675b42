//! `cargo xtask release-check`: what a release must hold that no other check asks for.

use std::{
    env,
    path::Path,
    process::{Command, ExitCode},
};

use crate::step::{Step, TOOLS};

const INSTALL: Step = Step::new(
    "Installing cargo-semver-checks",
    &[
        "install",
        "--locked",
        "--quiet",
        "--root",
        TOOLS,
        "cargo-semver-checks@0.51.0",
    ],
);

const PACKAGES: Step = Step::new(
    "Versions of our packages",
    &["test", "--locked", "-p", "lunora", "--test", "packages"],
);

/// The packages whose interface is compared. That of the macros is the syntax of their attributes, which no tool reads:
/// it is what `tests/ui` pins.
const LIBRARIES: [&str; 4] = ["lunora-core", "lunora-client", "lunora-runtime", "lunora"];

/// Compares with `revision`, or with the newest release if there is one.
pub(crate) fn run(revision: Option<String>) -> ExitCode {
    if !PACKAGES.passes() {
        return ExitCode::FAILURE;
    }
    let Some(baseline) = revision.or_else(newest_release) else {
        println!(
            "\n==> There is no release to compare interfaces with: no tag `v..` is reachable from here. \
             `cargo xtask release-check REVISION` compares with any commit."
        );
        return ExitCode::SUCCESS;
    };
    let here = Path::new(TOOLS).join("bin/cargo-semver-checks").exists();
    if (here || INSTALL.passes())
        && LIBRARIES
            .iter()
            .all(|package| keeps_its_promises(package, &baseline))
    {
        println!("\n==> Interfaces are compatible with {baseline}, as far as their versions promise it");
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The newest tag `v..` behind this commit.
fn newest_release() -> Option<String> {
    let described = Command::new("git")
        .args(["describe", "--tags", "--abbrev=0", "--match", "v*"])
        .output();
    let described = described.ok().filter(|output| output.status.success())?;
    let tag = String::from_utf8_lossy(&described.stdout).trim().to_owned();
    (!tag.is_empty()).then_some(tag)
}

fn keeps_its_promises(package: &str, baseline: &str) -> bool {
    println!("\n==> The interface of {package}, compared with {baseline}");
    let program = env::current_dir()
        .unwrap_or_default()
        .join(TOOLS)
        .join("bin/cargo-semver-checks");
    let compared = Command::new(program)
        .args(["semver-checks", "--package", package, "--baseline-rev", baseline])
        .status();
    compared.is_ok_and(|status| status.success())
}
