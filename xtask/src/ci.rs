//! `cargo xtask ci`: everything that CI runs, in the order in which it is likely to fail.

use std::{path::Path, process::ExitCode, time::Instant};

use crate::step::{Step, TOOLS, shown};

const STEPS: &[Step] = &[
    Step::new("Formatting", &["fmt", "--all", "--check"]),
    // A workspace of its own.
    Step::new(
        "Formatting of the Rust client's test",
        &["fmt", "--manifest-path", "tests/rust/Cargo.toml", "--check"],
    ),
    Step::new(
        "Lints",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
    ),
    Step::new("Tests", &["test", "--workspace", "--locked"]),
    Step::new("Documentation", &["doc", "--workspace", "--no-deps", "--locked"])
        .with_env("RUSTDOCFLAGS", "-D warnings"),
    Step::new(
        "Runtime without features",
        &[
            "check",
            "-p",
            "lunora-runtime",
            "--no-default-features",
            "--locked",
        ],
    ),
    Step::new(
        "Facade without features",
        &["check", "-p", "lunora", "--no-default-features", "--locked"],
    ),
    Step::new(
        "Client without features",
        &[
            "check",
            "-p",
            "lunora-client",
            "--no-default-features",
            "--locked",
        ],
    ),
];

const INSTALL_DENY: Step = Step::new(
    "Installing cargo-deny",
    &[
        "install",
        "--locked",
        "--quiet",
        "--root",
        TOOLS,
        "cargo-deny@0.20.2",
    ],
);

const DENY: Step = Step::new(
    "Dependencies",
    &["deny", "--locked", "check", "bans", "licenses", "sources"],
);

/// Runs all steps; ends at the first that fails.
pub(crate) fn run() -> ExitCode {
    let start = Instant::now();
    if STEPS.iter().all(Step::passes) && deny() {
        println!("\n==> All passed in {}", shown(start.elapsed()));
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Licences and sources of the dependencies, by `deny.toml`, with a program that is installed on the first run. The
/// list of known vulnerabilities is left to whoever runs `cargo deny check advisories` with access to it.
fn deny() -> bool {
    let here = Path::new(TOOLS).join("bin/cargo-deny").exists();
    (here || INSTALL_DENY.passes()) && DENY.passes()
}
