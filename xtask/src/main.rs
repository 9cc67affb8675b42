//! Development tasks: `cargo xtask <task>`.

mod bench;
mod ci;

use std::{env, process::ExitCode};

const USAGE: &str = "\
Usage: cargo xtask <task>

Tasks:
  ci                 Runs everything that CI runs: formatting, lints, tests, documentation, features, dependencies
  bench [SECONDS]    Measures transfers over HTTP against a bare axum handler, in turns of 5 (or SECONDS) seconds
";

fn main() -> ExitCode {
    let task = env::args().nth(1);
    match task.as_deref() {
        Some("ci") => ci::run(),
        Some("bench") => bench::run(env::args().skip(2)),
        Some("help" | "-h" | "--help") => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        Some(other) => {
            eprint!("error: there is no task `{other}`\n\n{USAGE}");
            ExitCode::from(2)
        }
        None => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
