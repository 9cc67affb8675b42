//! Python and the packages under test: the official clients, unmodified. `tests/python/requirements.txt` names them.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use super::server::Finished;

/// A file of `tests/python`.
pub fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/python")
        .join(name)
}

/// The interpreter of an environment with the packages under test, made by the first test that asks.
pub fn interpreter() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let wanted = source("requirements.txt");
    let turn = File::open(&wanted).unwrap();
    turn.lock().unwrap();
    let (stamp, python) = (directory.join("lunora-stamp"), directory.join("bin/python"));
    if fs::read(&stamp).ok() != fs::read(&wanted).ok() {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&directory))
        .unwrap();
        let install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ];
        run(Command::new(&python).args(install).arg(&wanted)).unwrap();
        fs::copy(&wanted, stamp).unwrap();
    }
    python
}

/// Runs a command to its end. That Python is missing is a failure that says so.
pub fn run(command: &mut Command) -> Finished {
    match command.output() {
        Ok(output) => output.into(),
        Err(error) => {
            panic!("{command:?} does not start ({error}). This test needs Python 3.9 or newer with venv")
        }
    }
}
