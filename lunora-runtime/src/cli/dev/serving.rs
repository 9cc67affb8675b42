//! The program that serves.

use std::{path::Path, process::Stdio, time::Duration};

use tokio::{
    process::{Child, ChildStdin, Command},
    time::timeout,
};

use super::super::{Failure, args::WHILE_STDIN};

/// How long a server may take to finish what runs. What it has acknowledged is on disk in any case.
const PATIENCE: Duration = Duration::from_secs(10);

/// The server, if there is one.
#[derive(Debug, Default)]
pub(super) struct Serving(Option<Process>);

#[derive(Debug)]
struct Process {
    child: Child,
    /// The process ends when this is dropped, so with this process, however that ends.
    held: Option<ChildStdin>,
}

impl Serving {
    pub(super) fn is_up(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn start(&mut self, program: &Path, options: &[String]) -> Result<(), Failure> {
        let mut serve = Command::new(program);
        serve
            .arg("serve")
            .args(options)
            .arg(format!("--{WHILE_STDIN}"))
            .stdin(Stdio::piped());
        let mut child = serve.spawn().map_err(|error| {
            Failure::unusable(format!("{} cannot be started: {error}", program.display()))
        })?;
        let held = child.stdin.take();
        self.0 = Some(Process { child, held });
        Ok(())
    }

    /// Lets the server finish what runs, and waits for that.
    pub(super) async fn stop(&mut self) {
        let Some(Process { mut child, held }) = self.0.take() else {
            return;
        };
        drop(held);
        if timeout(PATIENCE, child.wait()).await.is_err() {
            let _ = child.kill().await;
        }
    }

    /// Waits until the server ends by itself.
    pub(super) async fn ended(&mut self) {
        match &mut self.0 {
            Some(process) => drop(process.child.wait().await),
            None => std::future::pending().await,
        }
        self.0 = None;
    }
}
