//! `cargo xtask ci`: everything that CI runs, in the order in which it is likely to fail.

use std::{process::ExitCode, time::Instant};

use crate::step::{Step, TOOLS, has, shown};

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

const INSTALL_MDBOOK: Step = Step::new(
    "Installing mdBook",
    &[
        "install",
        "--locked",
        "--quiet",
        "--no-default-features",
        "--root",
        TOOLS,
        "mdbook@0.5.4",
    ],
);

const BOOK: Step = Step::with_tool("The book", "mdbook", &["build", "docs"]);

/// Runs all steps; ends at the first that fails.
pub(crate) fn run() -> ExitCode {
    let start = Instant::now();
    if STEPS.iter().all(Step::passes) && book() && deny() {
        println!("\n==> All passed in {}", shown(start.elapsed()));
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The pages of the book, by a program that is installed on the first run. (What they say is tested in `tests/book`.)
fn book() -> bool {
    (has("mdbook") || INSTALL_MDBOOK.passes()) && BOOK.passes()
}

/// Licences and sources of the dependencies, by `deny.toml`, with a program that is installed on the first run. The
/// list of known vulnerabilities is left to whoever runs `cargo deny check advisories` with access to it.
fn deny() -> bool {
    (has("cargo-deny") || INSTALL_DENY.passes()) && DENY.passes()
}
