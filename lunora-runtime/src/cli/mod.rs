//! The command line of an application: `lunora::main(my_app::app())`.

mod args;
mod backup;
mod check;
mod codegen;
pub(crate) mod data_dir;
mod dev;
mod download;
mod functions;
mod keys;
mod output;
mod output_file;
mod place;
mod progress;
mod run;
mod serve;
mod signals;
mod trust;

use std::{io::IsTerminal, process::ExitCode};

use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use self::args::Command;
use crate::functions::App;

/// What a command ends with when it fails: lines for people, and the exit code.
#[derive(Debug)]
struct Failure {
    message: String,
    code: u8,
}

/// The function failed, or the check found something.
const FAILED: u8 = 1;
/// The command could not be carried out at all.
const UNUSABLE: u8 = 2;

impl Failure {
    fn failed(message: impl ToString) -> Self {
        Self {
            message: message.to_string(),
            code: FAILED,
        }
    }

    fn unusable(message: impl ToString) -> Self {
        Self {
            message: message.to_string(),
            code: UNUSABLE,
        }
    }
}

/// Runs the command that the process was started with; `serve` if it names none.
///
/// Exit codes: 0 for success, 1 when a function failed or a check found damage, 2 when the command could not be
/// carried out (bad arguments, no data directory, address in use).
pub fn main(app: App) -> ExitCode {
    let command = match args::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(error) => {
            // Help and version come this way too, and go to standard output.
            let code = if error.use_stderr() { UNUSABLE } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    start_log(matches!(command, Command::Serve(_)));
    let result = match command {
        Command::Serve(serve) => serve::serve(app, &serve),
        Command::Dev(dev) => dev::dev(&dev),
        Command::Run(run) => run::run(app, &run),
        Command::Functions { json } => functions::list(app, json),
        Command::Codegen(codegen) => codegen::codegen(&app, &codegen),
        Command::Check { data } => check::check(app, &data),
        Command::Export(export) => backup::export(app, &export),
        Command::Import(import) => backup::import(app, &import),
        Command::Keys(keys) => keys::keys(app, &keys),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

/// Logs to standard error: from `info` up for a server, from `warn` up otherwise, or as `LUNORA_LOG` says
/// (`debug`, or `lunora=debug,my_app=trace`).
fn start_log(server: bool) {
    let usual = if server { "info" } else { "warn" };
    let wanted = std::env::var("LUNORA_LOG").unwrap_or_else(|_| usual.to_owned());
    let (targets, mistake) = match wanted.parse::<Targets>() {
        Ok(targets) => (targets, None),
        Err(error) => (Targets::new().with_default(tracing::Level::INFO), Some(error)),
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // The application may have set up a log of its own; then that one stays.
    let _ = tracing_subscriber::registry()
        .with(lines)
        .with(targets)
        .try_init();
    if let Some(error) = mistake {
        tracing::warn!(%error, "LUNORA_LOG={wanted} is not a log filter; expected `debug` or `lunora=debug,my_app=trace`");
    }
}
