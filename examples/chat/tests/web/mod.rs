//! Programs of the page's side.

use std::{
    ffi::OsStr,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Where the page is made, with what its lock file says.
pub(crate) fn web() -> PathBuf {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let locked = web.join("package-lock.json");
    // Tests may run as several processes; the file that says what to install also says who does it.
    let turn = File::open(&locked).unwrap();
    turn.lock().unwrap();
    let (wanted, stamp) = (fs::read(&locked).unwrap(), web.join("node_modules/.lunora"));
    if fs::read(&stamp).ok().as_ref() != Some(&wanted) {
        run(&web, "npm", ["ci", "--no-audit", "--no-fund"]);
        fs::write(stamp, wanted).unwrap();
    }
    web
}

/// Runs a program, which has to succeed.
pub(crate) fn run<A: AsRef<OsStr>>(
    directory: &Path,
    program: impl AsRef<OsStr>,
    args: impl IntoIterator<Item = A>,
) {
    let mut command = Command::new(program);
    command.args(args).current_dir(directory).stdin(Stdio::null());
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?} does not start ({error}). This test needs Node 20.19, 22.12 or newer with npm")
    });
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
