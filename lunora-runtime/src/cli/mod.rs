//! The command line of an application: `lunora::main(my_app::app())`.

mod args;
mod backup;
mod check;
mod codegen;
mod crons;
pub(crate) mod data_dir;
mod dev;
mod download;
mod functions;
mod jobs;
mod keys;
mod log;
mod logs;
mod output;
mod output_file;
mod place;
mod progress;
mod run;
mod serve;
mod signals;
mod trust;

use std::process::ExitCode;

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

/// Runs what a command waits for.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    tokio.map_err(Failure::unusable)?.block_on(work)
}

/// Runs the command that the process was started with; `serve` if it names none.
///
/// Exit codes: 0 for success, 1 when a function failed or a check found damage, 2 when the command could not be
/// carried out (bad arguments, no data directory, address in use, a key that may not do this).
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
    let ring = log::start(matches!(command, Command::Serve(_)));
    let result = match command {
        Command::Serve(serve) => serve::serve(app, &serve, ring),
        Command::Dev(dev) => dev::dev(&dev),
        Command::Run(run) => run::run(app, &run),
        Command::Functions { json } => functions::list(app, json),
        Command::Codegen(codegen) => codegen::codegen(&app, &codegen),
        Command::Check(data) => check::check(app, &data),
        Command::Export(export) => backup::export(app, &export),
        Command::Import(import) => backup::import(app, &import),
        Command::Jobs(jobs) => jobs::jobs(&jobs),
        Command::Keys(keys) => keys::keys(app, &keys),
        Command::Crons(crons) => crons::crons(&crons),
        Command::Logs(logs) => logs::logs(&logs),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}
