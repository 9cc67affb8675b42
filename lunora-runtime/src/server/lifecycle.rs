//! How far the end of the server has come.

use tokio::sync::watch;

/// What the server does with connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Serves.
    Serving,
    /// Finishes what runs and takes nothing new.
    Draining,
    /// Time is up: connections are dropped.
    Cut,
}

/// The phase, to be watched by every connection.
#[derive(Debug)]
pub(super) struct Lifecycle {
    phase: watch::Sender<Phase>,
}

impl Lifecycle {
    pub(super) fn new() -> Self {
        Self {
            phase: watch::Sender::new(Phase::Serving),
        }
    }

    /// Enters a phase; there is no way back.
    pub(super) fn enter(&self, next: Phase) {
        self.phase.send_if_modified(|phase| {
            let forward = *phase < next;
            *phase = next.max(*phase);
            forward
        });
    }

    pub(super) fn is_ending(&self) -> bool {
        *self.phase.borrow() != Phase::Serving
    }

    /// For one connection: to see the end coming, and to be waited for until it is dropped.
    pub(super) fn watch(&self) -> Watch {
        Watch(self.phase.subscribe())
    }

    /// Resolves when every connection is gone.
    pub(super) async fn left_by_all(&self) {
        self.phase.closed().await;
    }
}

/// The lifecycle as a connection sees it.
#[derive(Debug)]
pub(super) struct Watch(watch::Receiver<Phase>);

impl Watch {
    /// Resolves when `phase` has been entered.
    pub(super) async fn entered(&mut self, phase: Phase) {
        // A server that is gone has entered every phase.
        let _ = self.0.wait_for(|now| *now >= phase).await;
    }
}
