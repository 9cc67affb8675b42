//! Development tasks: `cargo xtask <task>`.

mod bench;
mod ci;
mod compile;
mod release;
mod step;

use std::{env, process::ExitCode};

const USAGE: &str = "\
Usage: cargo xtask <task>

Tasks:
  ci                 Runs everything that CI runs: formatting, lints, tests, documentation, features, dependencies
  bench [PART] [SECONDS]
                     Measures calls against a bare axum handler and the same on SQLite, in turns of 5 (or SECONDS)
                     seconds. PART is `all`, `transfer`, `in-process`, `scans`, `fanout`, `socket`, `cache`, `jobs`,
                     `load` or `memory`; for profilers there is `hot-path [THOUSANDS] [work:plain | work:scheduled]`
  bench compile [ROUNDS]
                     Measures how long an application of 300 functions compiles, against the same without attributes
                     and against handlers of axum
  release-check [REVISION]
                     Checks versions, and interfaces against the newest release or REVISION
";

fn main() -> ExitCode {
    let task = env::args().nth(1);
    match task.as_deref() {
        Some("ci") => ci::run(),
        Some("bench") if env::args().nth(2).as_deref() == Some("compile") => compile::run(env::args().nth(3)),
        Some("bench") => bench::run(env::args().skip(2)),
        Some("release-check") => release::run(env::args().nth(2)),
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
