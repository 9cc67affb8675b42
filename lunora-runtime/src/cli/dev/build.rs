//! Building this program again, as cargo built it.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde::Deserialize;
use tokio::process::Command;

use super::super::Failure;

/// How this program is built.
#[derive(Debug)]
pub(super) struct Build {
    package: PathBuf,
    binary: String,
    arguments: Vec<OsString>,
}

/// A program that has been built.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) program: PathBuf,
    /// It is another one than before.
    pub(super) is_new: bool,
}

/// What cargo tells programs about their package; build scripts that listen to it would be run anew, each time.
const OURS: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_PRIMARY_"];

/// The file that marks cargo's target directory.
const TARGET_MARK: &str = "CACHEDIR.TAG";

impl Build {
    /// The program that runs, whose package `cargo run` has named, or else is the one in the working directory.
    pub(super) fn of_this_program(features: Option<&str>) -> Result<Self, Failure> {
        let named = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let package = named
            .map_or_else(env::current_dir, Ok)
            .map_err(Failure::unusable)?;
        let manifest = package.join("Cargo.toml");
        if !manifest.is_file() {
            return Err(Failure::unusable(format!(
                "{} is not there. Start `dev` with cargo, as in `cargo run -- dev`, or in the directory of the package",
                manifest.display()
            )));
        }
        let program = env::current_exe().map_err(Failure::unusable)?;
        let name = |path: &Path| path.file_stem().map(|name| name.to_string_lossy().into_owned());
        let binary = name(&program).unwrap_or_default();
        let directory = program.parent().unwrap_or(Path::new("."));
        let mut arguments: Vec<OsString> = vec!["--manifest-path".into(), manifest.into()];
        arguments.extend(["--bin".into(), binary.clone().into()]);
        let profile = match name(directory).as_deref() {
            None | Some("debug") => "dev".to_owned(),
            Some(other) => other.to_owned(),
        };
        arguments.extend(["--profile".into(), profile.into()]);
        if let Some(target) = directory
            .parent()
            .filter(|target| target.join(TARGET_MARK).is_file())
        {
            arguments.extend(["--target-dir".into(), target.into()]);
        }
        if let Some(features) = features {
            arguments.extend(["--features".into(), features.into()]);
        }
        Ok(Self {
            package,
            binary,
            arguments,
        })
    }

    /// The directory of the package.
    pub(super) fn package(&self) -> &Path {
        &self.package
    }

    /// Has cargo build; it tells people what is wrong itself. `None` if it does not compile.
    pub(super) async fn run(&self) -> Result<Option<Built>, Failure> {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .args(["build", "--message-format=json-render-diagnostics"])
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        for (name, _) in env::vars_os() {
            if name
                .to_str()
                .is_some_and(|name| OURS.iter().any(|start| name.starts_with(start)))
            {
                cargo.env_remove(name);
            }
        }
        let failed = |error| Failure::unusable(format!("cargo cannot be started: {error}"));
        // Not `output`, which would take standard error as well: that is what people read.
        let cargo = cargo.spawn().map_err(failed)?;
        let output = cargo.wait_with_output().await.map_err(failed)?;
        if !output.status.success() {
            return Ok(None);
        }
        let messages = String::from_utf8_lossy(&output.stdout);
        Ok(messages.lines().find_map(|line| self.built(line)))
    }

    /// What a message of cargo's says about our program.
    fn built(&self, message: &str) -> Option<Built> {
        let artifact: Artifact = serde_json::from_str(message).ok()?;
        (artifact.target.name == self.binary).then_some(Built {
            program: artifact.executable?,
            is_new: !artifact.fresh,
        })
    }
}

/// A `compiler-artifact` message, as far as it is of interest.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    executable: Option<PathBuf>,
    fresh: bool,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

impl Built {
    /// The files that it was made of, those of other packages in reach among them, as cargo has written beside it.
    pub(super) fn sources(&self) -> Vec<PathBuf> {
        let listing = fs::read_to_string(self.program.with_extension("d")).unwrap_or_default();
        let files = listing.lines().filter_map(|line| line.split_once(": "));
        files.flat_map(|(_, files)| paths(files)).collect()
    }
}

/// Paths between spaces; a space in one has a backslash before it.
fn paths(list: &str) -> Vec<PathBuf> {
    let list = list.replace("\\ ", "\0");
    let words = list.split(' ').filter(|word| !word.is_empty());
    words.map(|word| PathBuf::from(word.replace('\0', " "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_may_have_spaces() {
        assert_eq!(
            paths("/a/b.rs /c\\ d/e.rs"),
            [Path::new("/a/b.rs"), Path::new("/c d/e.rs")]
        );
    }
}
