//! A client that follows a channel and sends messages of its own to it.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A program that says where it is, line by line, and goes on until it is told that that is enough.
pub(crate) struct Client {
    child: Child,
    orders: ChildStdin,
    lines: Receiver<String>,
}

impl Client {
    pub(crate) fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut lines = stdout.lines().map_while(Result::ok);
            lines.try_for_each(|line| sender.send(line))
        });
        Self {
            orders: child.stdin.take().unwrap(),
            child,
            lines,
        }
    }

    /// Waits until it says this. The libraries under test also print something now and then.
    #[track_caller]
    pub(crate) fn says(&self, expected: &str) {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line == expected => return,
                Ok(line) => println!("{line}"),
                Err(error) => panic!("it never says {expected:?}: {error}"),
            }
        }
    }

    /// Waits until it has found everything in order.
    #[track_caller]
    pub(crate) fn finish(mut self) {
        self.orders.write_all(b"done\n").unwrap();
        self.says("all well");
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
