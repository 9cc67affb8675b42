//! A server as a process.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver},
    },
    thread,
    time::{Duration, Instant},
};

use super::http::Client;

/// Longer than any start or stop takes.
const PATIENCE: Duration = Duration::from_mins(2);
const GREETING: &str = "Lunora serves http://";

/// A process that serves. It is killed when the test lets go of it.
#[derive(Debug)]
pub struct Server {
    process: Process,
    addr: SocketAddr,
}

/// A process that has been started, with what it prints.
#[derive(Debug)]
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    log: Arc<Mutex<String>>,
}

/// A program with nothing of the test's own environment that it would listen to.
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for name in [
        "LUNORA_ADDR",
        "LUNORA_DATA",
        "LUNORA_ADMIN_KEY",
        "LUNORA_LIMITS",
        "LUNORA_LOG",
        "LUNORA_MEMORY_BUDGET",
        "LUNORA_TRUST",
    ] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// `serve` on a free port.
pub fn serve(program: &Path, data: &Path) -> Command {
    serve_at(SocketAddr::from(([127, 0, 0, 1], 0)), program, data)
}

/// `serve` on an address, which may be one that was served on before.
pub fn serve_at(addr: SocketAddr, program: &Path, data: &Path) -> Command {
    let mut command = command(program);
    let addr = addr.to_string();
    command.args(["serve", "--addr", &addr, "--data"]).arg(data);
    command
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Finished {
    command.output().unwrap().into()
}

/// What a command left behind.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Finished {
    /// What it printed, if it succeeded.
    #[track_caller]
    pub fn unwrap(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// That it failed in this way, with text on standard error that names all of these.
    #[track_caller]
    pub fn assert_failed(&self, code: i32, parts: &[&str]) {
        assert_eq!((self.code, &*self.stdout), (Some(code), ""), "{self:?}");
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is not in {self:?}");
        }
    }
}

/// The `check` command, which has to find nothing.
#[track_caller]
pub fn check(program: &Path, data: &Path) {
    let report = run(command(program).arg("check").arg("--data").arg(data));
    assert_eq!(report.code, Some(0), "check: {report:?}");
    assert!(!report.stdout.contains("damaged"), "check: {report:?}");
}

impl Server {
    /// Starts a server on the data and waits until it says where it serves.
    #[track_caller]
    pub fn start(program: &Path, data: &Path) -> Self {
        Process::start(&mut serve(program, data)).serving()
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn connect(&self) -> Client {
        Client::connect(self.addr).unwrap()
    }

    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        let log = Arc::<Mutex<String>>::default();
        let (mut stderr, copy) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&log));
        thread::spawn(move || {
            let mut line = Vec::new();
            while stderr.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                copy.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
                line.clear();
            }
        });
        Self { child, lines, log }
    }

    /// The next line that it prints.
    #[track_caller]
    pub fn line(&self) -> String {
        let line = self.lines.recv_timeout(PATIENCE);
        line.unwrap_or_else(|error| panic!("no line was printed ({error}); the log: {}", self.log()))
    }

    /// Whether it has said that it serves, looking only at what is there already.
    pub fn has_greeted(&self) -> bool {
        self.lines.try_iter().any(|line| line.starts_with(GREETING))
    }

    /// Waits until it says where it serves.
    #[track_caller]
    pub fn serving(self) -> Server {
        let addr = loop {
            if let Some(addr) = self.line().strip_prefix(GREETING) {
                break addr.parse().unwrap();
            }
        };
        Server { process: self, addr }
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until it has logged all of these. An answer may be here before the line that tells of it.
    #[track_caller]
    pub fn has_logged(&self, parts: &[&str]) {
        let end = Instant::now() + PATIENCE;
        for part in parts {
            while !self.log().contains(part) {
                assert!(Instant::now() < end, "{part:?} is not in the log: {}", self.log());
                thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// What the system calls it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        let sent = Command::new("kill")
            .arg("-TERM")
            .arg(self.child.id().to_string())
            .status();
        assert!(sent.unwrap().success());
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                Instant::now() < end,
                "the process does not end; the log: {}",
                self.log()
            );
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("--- log of the process ---\n{}", self.log());
        }
    }
}
