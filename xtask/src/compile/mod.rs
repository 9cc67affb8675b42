//! `cargo xtask bench compile`: what our attributes cost those who wait for the compiler.
//!
//! One application of 300 functions and 60 tables in 30 modules is written three times from one text, with the same
//! bodies: with our attributes, with no attributes at all, and as handlers of axum with serde. The three are then
//! checked and built in turns.

mod app;
mod measure;

use std::{path::Path, process::ExitCode};

use self::app::Variant;

/// Where the applications are written. Dependencies are shared with the workspace, so that they are built once.
const ROOT: &str = "target/compile";

/// Rounds of the check after a change, unless the caller says otherwise; the others run a third of it.
const ROUNDS: usize = 6;

/// Writes, measures and prints.
pub(crate) fn run(rounds: Option<String>) -> ExitCode {
    let rounds = match rounds.as_deref().map(str::parse).transpose() {
        Ok(rounds) => rounds.unwrap_or(ROUNDS),
        Err(error) => {
            eprintln!("error: the number of rounds: {error}");
            return ExitCode::from(2);
        }
    };
    let root = Path::new(ROOT);
    match app::write(root).and_then(|()| measure::all(root, rounds)) {
        Ok(report) => {
            print!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
