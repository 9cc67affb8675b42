//! `cargo xtask bench`: builds what is measured, then measures it.

use std::process::{Command, ExitCode};

const BUILD: [&str; 7] = [
    "build",
    "--release",
    "--locked",
    "-p",
    "bank",
    "-p",
    "lunora-bench",
];
const RUN: [&str; 7] = [
    "run",
    "--release",
    "--locked",
    "--quiet",
    "-p",
    "lunora-bench",
    "--",
];

/// Runs the benchmark that `args` name, or all: its name, and how many seconds a turn takes.
pub(crate) fn run(args: impl Iterator<Item = String>) -> ExitCode {
    let cargo = || Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let built = cargo().args(BUILD).status();
    if !built.is_ok_and(|status| status.success()) {
        return ExitCode::FAILURE;
    }
    let measured = cargo().args(RUN).args(args).status();
    if measured.is_ok_and(|status| status.success()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
