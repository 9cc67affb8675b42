//! Node and the npm packages under test: the official clients and the TypeScript compiler, unmodified.
//!
//! What is installed is in `tests/npm/package-lock.json`. The first test that asks installs it, which needs Node 20 or
//! newer and, that once, the registry; all others find it there.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Command, Stdio},
};

use super::server::Finished;

/// `tests/npm`, with its packages installed. Scripts have to lie in there to import them.
pub fn directory() -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/npm");
    let locked = directory.join("package-lock.json");
    // Tests run as several processes; the file that says what to install also says who does it.
    let turn = File::open(&locked).unwrap();
    turn.lock().unwrap();
    let (wanted, stamp) = (fs::read(&locked).unwrap(), directory.join("node_modules/.lunora"));
    if fs::read(&stamp).ok().as_ref() != Some(&wanted) {
        install(&directory);
        fs::write(stamp, wanted).unwrap();
    }
    directory
}

fn install(directory: &PathBuf) {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(directory);
    let finished = run(&mut npm);
    assert_eq!(
        finished.code,
        Some(0),
        "the npm packages under test cannot be installed: {finished:?}"
    );
}

/// `node` with its working directory in [`directory`].
pub fn node() -> Command {
    let mut node = Command::new("node");
    node.current_dir(directory()).stdin(Stdio::null());
    node
}

/// Runs the program of a package, such as `tsc`.
pub fn program(name: &str) -> Command {
    let mut program = Command::new(directory().join("node_modules/.bin").join(name));
    program.stdin(Stdio::null());
    program
}

/// Runs a command to its end. That Node is missing is a failure that says so.
pub fn run(command: &mut Command) -> Finished {
    match command.output() {
        Ok(output) => output.into(),
        Err(error) => {
            panic!("{command:?} does not start ({error}). This test needs Node 20 or newer with npm")
        }
    }
}
