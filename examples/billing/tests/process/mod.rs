//! Programs of this package that run beside a test.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    thread,
};

/// A program that says where it listens, and ends with the test.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts it and waits for the line that ends with its address.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("it prints text");
        // What it prints later is nobody's concern, but the pipe has to be emptied.
        thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        let (_, address) = line.trim().rsplit_once(' ').expect("it prints where it listens");
        let address = address.to_owned();
        Self { child, address }
    }

    /// The fake payment provider, on a free port.
    pub(crate) fn payment_provider() -> Self {
        Self::start(Command::new(env!("CARGO_BIN_EXE_payment-provider")).arg("127.0.0.1:0"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; the test has failed then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
