//! One command of a task, with a heading and a line to repeat it with.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// One command and what it is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    what: &'static str,
    /// One of the tools; cargo if it is none.
    tool: Option<&'static str>,
    args: &'static [&'static str],
    env: Option<(&'static str, &'static str)>,
}

/// Where programs are installed that the toolchain does not bring.
pub(crate) const TOOLS: &str = "target/tools";

impl Step {
    pub(crate) const fn new(what: &'static str, args: &'static [&'static str]) -> Self {
        Self {
            what,
            tool: None,
            args,
            env: None,
        }
    }

    /// The same with a program that is among the tools.
    pub(crate) const fn with_tool(
        what: &'static str,
        tool: &'static str,
        args: &'static [&'static str],
    ) -> Self {
        Self {
            tool: Some(tool),
            ..Self::new(what, args)
        }
    }

    pub(crate) const fn with_env(self, name: &'static str, value: &'static str) -> Self {
        Self {
            env: Some((name, value)),
            ..self
        }
    }

    /// The step as one would type it.
    fn line(&self) -> String {
        let env = self.env.map(|(name, value)| format!("{name}=\"{value}\" "));
        let program = self
            .tool
            .map_or_else(|| "cargo".to_owned(), |tool| format!("{TOOLS}/bin/{tool}"));
        format!("{}{program} {}", env.unwrap_or_default(), self.args.join(" "))
    }

    fn command(&self) -> Command {
        self.tool.map_or_else(cargo, |tool| Command::new(path(tool)))
    }

    /// Runs it, with a heading before and the time it took after.
    pub(crate) fn passes(&self) -> bool {
        let (what, line) = (self.what, self.line());
        println!("\n==> {what}: {line}");
        let start = Instant::now();
        let status = self
            .command()
            .args(self.args)
            .envs(self.env)
            .env("PATH", with_tools())
            .status();
        let time = shown(start.elapsed());
        // A command that could not be started has failed like any other.
        let passed = status.is_ok_and(|status| status.success());
        if passed {
            println!("==> {what} passed in {time}");
        } else {
            println!("\n==> {what} failed after {time}. To repeat it:\n\n    {line}\n");
        }
        passed
    }
}

/// Whether a tool is installed.
pub(crate) fn has(tool: &str) -> bool {
    path(tool).exists()
}

fn path(tool: &str) -> PathBuf {
    Path::new(TOOLS).join("bin").join(tool)
}

/// The search path with our own programs first.
fn with_tools() -> OsString {
    let usual = env::var_os("PATH").unwrap_or_default();
    let tools = env::current_dir().unwrap_or_default().join(TOOLS).join("bin");
    // Paths with a separator in them cannot be joined; then what is installed elsewhere has to do.
    env::join_paths(std::iter::once(tools).chain(env::split_paths(&usual))).unwrap_or(usual)
}

fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// As minutes and seconds.
pub(crate) fn shown(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02} min", seconds / 60, seconds % 60)
}
