//! Servers as child processes, and the processor time that they use.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::Outcome;

/// A program with its arguments.
pub(crate) struct Binary(Command);

impl Binary {
    /// This program, as another server.
    pub(crate) fn myself(mode: &str) -> Outcome<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.arg(mode);
        Ok(Self(command))
    }

    /// The bank, built in the same profile as this program.
    pub(crate) fn bank(data: &Path) -> Outcome<Self> {
        let program: PathBuf = env::current_exe()?.with_file_name("bank");
        if !program.exists() {
            return Err(format!(
                "{} is not built; `cargo xtask bench` builds it",
                program.display()
            )
            .into());
        }
        let mut command = Command::new(program);
        command
            .args(["serve", "--addr", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("LUNORA_LOG", "warn");
        Ok(Self(command))
    }

    /// This program again, as the server of the application in it, within a memory budget.
    pub(crate) fn rows(data: &Path, budget: u64) -> Outcome<Self> {
        let mut command = Command::new(env::current_exe()?);
        command
            .env(crate::SERVE, "1")
            .env("LUNORA_LOG", "warn")
            .args(["serve", "--addr", "127.0.0.1:0", "--memory-budget"])
            .arg(budget.to_string())
            .arg("--data")
            .arg(data);
        Ok(Self(command))
    }
}

/// A server that runs until it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) addr: SocketAddr,
}

impl Server {
    /// Starts it and waits for the line that says where it serves.
    pub(crate) async fn start(Binary(command): &mut Binary) -> Outcome<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let line = tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(output).lines();
            lines.find_map(|line| {
                line.ok()?
                    .split_once("http://")
                    .map(|(_, addr)| addr.trim().to_owned())
            })
        });
        let addr = line.await?.ok_or("the server ended before it served")?.parse()?;
        Ok(Self { child, addr })
    }

    /// Processor time used so far, in user and kernel together.
    pub(crate) fn cpu(&self) -> Outcome<Duration> {
        cpu_of(&self.child.id().to_string())
    }

    /// Memory that it has at the moment, in KiB.
    pub(crate) fn memory(&self) -> Outcome<u64> {
        self.status("VmRSS:")
    }

    /// The most memory that it has had at one time, in KiB.
    pub(crate) fn peak_memory(&self) -> Outcome<u64> {
        self.status("VmHWM:")
    }

    /// A line of proc(5)'s `status`.
    fn status(&self, name: &str) -> Outcome<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|text| text.trim().strip_suffix(" kB"));
        Ok(kib.ok_or("no memory in status")?.parse()?)
    }

    /// Asks it to end, and waits until it has.
    pub(crate) async fn terminate(mut self) -> Outcome<()> {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status()?;
        if !asked.success() {
            return Err("the server could not be asked to end".into());
        }
        tokio::task::spawn_blocking(move || self.child.wait().map(drop)).await??;
        Ok(())
    }
}

/// Processor time that this process has used so far.
pub(crate) fn own_cpu() -> Outcome<Duration> {
    cpu_of("self")
}

/// Processor time that a process, or `self`, has used so far, in user and kernel together.
pub(crate) fn cpu_of(process: &str) -> Outcome<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields: Vec<_> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks =
        |at: usize| -> Outcome<u64> { Ok(fields.get(at).ok_or("no processor time in stat")?.parse()?) };
    // proc(5): utime and stime are fields 14 and 15, in hundredths of a second on Linux.
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
