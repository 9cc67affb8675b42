//! `cargo xtask ci`: everything that CI runs, in the order in which it is likely to fail.

use std::{
    env,
    ffi::OsString,
    path::Path,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

/// One command and what it is for.
#[derive(Debug, Clone, Copy)]
struct Step {
    what: &'static str,
    args: &'static [&'static str],
    env: Option<(&'static str, &'static str)>,
}

const STEPS: &[Step] = &[
    Step::new("Formatting", &["fmt", "--all", "--check"]),
    Step::new(
        "Lints",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
    ),
    Step::new("Tests", &["test", "--workspace", "--locked"]),
    Step::new("Documentation", &["doc", "--workspace", "--no-deps", "--locked"])
        .with_env("RUSTDOCFLAGS", "-D warnings"),
    Step::new(
        "Runtime without features",
        &[
            "check",
            "-p",
            "lunora-runtime",
            "--no-default-features",
            "--locked",
        ],
    ),
    Step::new(
        "Facade without features",
        &["check", "-p", "lunora", "--no-default-features", "--locked"],
    ),
];

/// Where programs are installed that the toolchain does not bring.
const TOOLS: &str = "target/tools";

const INSTALL_DENY: Step = Step::new(
    "Installing cargo-deny",
    &[
        "install",
        "--locked",
        "--quiet",
        "--root",
        TOOLS,
        "cargo-deny@0.20.2",
    ],
);

const DENY: Step = Step::new(
    "Dependencies",
    &["deny", "--locked", "check", "bans", "licenses", "sources"],
);

impl Step {
    const fn new(what: &'static str, args: &'static [&'static str]) -> Self {
        Self {
            what,
            args,
            env: None,
        }
    }

    const fn with_env(self, name: &'static str, value: &'static str) -> Self {
        Self {
            env: Some((name, value)),
            ..self
        }
    }

    /// The step as one would type it.
    fn line(&self) -> String {
        let env = self.env.map(|(name, value)| format!("{name}=\"{value}\" "));
        format!("{}cargo {}", env.unwrap_or_default(), self.args.join(" "))
    }

    /// Runs it, with a heading before and the time it took after.
    fn passes(&self) -> bool {
        let (what, line) = (self.what, self.line());
        println!("\n==> {what}: {line}");
        let start = Instant::now();
        let status = cargo()
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

/// Runs all steps; ends at the first that fails.
pub(crate) fn run() -> ExitCode {
    let start = Instant::now();
    if STEPS.iter().all(Step::passes) && deny() {
        println!("\n==> All passed in {}", shown(start.elapsed()));
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn shown(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02} min", seconds / 60, seconds % 60)
}

/// Licences and sources of the dependencies, by `deny.toml`, with a program that is installed on the first run. The
/// list of known vulnerabilities is left to whoever runs `cargo deny check advisories` with access to it.
fn deny() -> bool {
    let here = Path::new(TOOLS).join("bin/cargo-deny").exists();
    (here || INSTALL_DENY.passes()) && DENY.passes()
}
