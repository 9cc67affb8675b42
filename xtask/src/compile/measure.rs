//! Runs cargo on the applications, in turns, and takes the time.

use std::{
    env, fs, io,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::Variant;

/// One thing that people wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// `cargo check` after a change in one body.
    Changed,
    /// `cargo check` of the application, its dependencies being there.
    Cold,
    /// `cargo build` of the application and its program, its dependencies being there.
    Build,
}

impl Wait {
    const ALL: [Self; 3] = [Self::Changed, Self::Cold, Self::Build];

    const fn name(self) -> &'static str {
        match self {
            Self::Changed => "check, one body changed",
            Self::Cold => "check, nothing there",
            Self::Build => "debug build, nothing there",
        }
    }

    const fn command(self) -> &'static str {
        match self {
            Self::Build => "build",
            _ => "check",
        }
    }
}

/// Measures everything and words the result.
pub(super) fn all(root: &Path, rounds: usize) -> io::Result<String> {
    for wait in [Wait::Cold, Wait::Build] {
        for variant in Variant::ALL {
            cargo(root, wait.command(), variant)?;
        }
    }
    let mut report = machine();
    report.push_str(&format!(
        "\n{:28}{:>9}{:>9}{:>9}{:>12}{:>12}\n",
        "seconds, median", "lunora", "plain", "axum", "to plain", "to axum"
    ));
    for wait in Wait::ALL {
        let rounds = if wait == Wait::Changed {
            rounds
        } else {
            rounds.div_ceil(3)
        };
        let [lunora, plain, axum] = medians(root, wait, rounds)?;
        report.push_str(&format!(
            "{:28}{lunora:>9.2}{plain:>9.2}{axum:>9.2}{:>12.2}{:>12.2}\n",
            wait.name(),
            lunora / plain,
            lunora / axum
        ));
    }
    Ok(report)
}

fn medians(root: &Path, wait: Wait, rounds: usize) -> io::Result<[f64; 3]> {
    let mut times = [const { Vec::new() }; 3];
    for round in 1..=rounds {
        for (variant, times) in Variant::ALL.into_iter().zip(&mut times) {
            match wait {
                Wait::Changed => variant.change(root, round)?,
                Wait::Cold | Wait::Build => cargo(root, "clean", variant).map(drop)?,
            }
            times.push(cargo(root, wait.command(), variant)?);
        }
    }
    Ok(times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    }))
}

fn cargo(root: &Path, command: &str, variant: Variant) -> io::Result<Duration> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args([command, "--quiet", "--offline", "-p", &variant.package()])
        .arg("--manifest-path")
        .arg(root.join("Cargo.toml"))
        .args(["--target-dir", "target"])
        .stdin(Stdio::null());
    let start = Instant::now();
    let status = cargo.status()?;
    let time = start.elapsed();
    if status.success() {
        Ok(time)
    } else {
        let error = format!(
            "`cargo {command} -p {}` failed in {}",
            variant.package(),
            root.display()
        );
        Err(io::Error::other(error))
    }
}

/// What the figures were measured with.
fn machine() -> String {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown processor", |model| {
        model.trim_start_matches([' ', '\t', ':'])
    });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let compiler = Command::new("rustc").arg("--version").output();
    let compiler = compiler.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    format!("{model}, {cores} cores, {}\n", compiler.unwrap_or_default())
}
