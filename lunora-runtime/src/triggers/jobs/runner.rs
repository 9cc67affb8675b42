//! Runs the jobs of a kind when their time has come.

use std::time::Duration;

use lunora_core::{error::Result, job::JobState, time::Time};
use tokio::time::sleep;

use super::{line::Line, slots::Slots};
use crate::{
    database::Entry,
    functions::{JobKind, JobRunner, JobSlot, due, job_at},
};

/// How many gates run at one time. These slots are theirs alone: somebody stands at the door.
pub const GATES_AT_ONCE: usize = 16;
/// How many mutations run as jobs at one time. They take turns on the threads for functions with the calls of clients,
/// which wait for no more than these, gates, and the moments in which actions begin and end.
pub const MUTATIONS_AT_ONCE: usize = 16;
/// How many actions run as jobs at one time.
pub const ACTIONS_AT_ONCE: usize = 64;

/// How long to wait before the store is asked again after an error.
const WAIT_FOR_STORE: Duration = Duration::from_secs(1);

/// A runner of the jobs of one kind.
#[derive(Debug)]
struct Runner {
    jobs: JobRunner,
    kind: JobKind,
    line: Line,
    slots: Slots,
}

/// Runs the jobs of a kind.
pub(in crate::triggers) async fn run_for_ever(jobs: JobRunner, kind: JobKind) {
    let at_once = match kind {
        JobKind::Gate => GATES_AT_ONCE,
        JobKind::Mutation => MUTATIONS_AT_ONCE,
        JobKind::Action => ACTIONS_AT_ONCE,
    };
    let mut runner = Runner {
        jobs,
        kind,
        line: Line::default(),
        slots: Slots::new(at_once),
    };
    loop {
        if let Err(error) = refill(&runner.jobs, runner.kind, &mut runner.line).await {
            tracing::error!(%error, "the jobs that wait could not be read");
            sleep(WAIT_FOR_STORE).await;
            continue;
        }
        runner.turn().await;
    }
}

/// Takes up what is new, and reads on if the front of the line gets short.
pub(super) async fn refill(jobs: &JobRunner, kind: JobKind, line: &mut Line) -> Result<()> {
    line.hear(jobs.news(kind));
    while let Some((from, limit)) = line.wants() {
        let (jobs, from) = (jobs.clone(), from.cloned());
        let read = move || jobs.places(JobState::Pending, kind, from.as_ref(), limit);
        let places = tokio::task::spawn_blocking(read).await??;
        line.read(places, limit);
    }
    line.hear(jobs.news(kind));
    Ok(())
}

impl Runner {
    /// Starts the first job if it is due, or waits for something to change.
    async fn turn(&mut self) {
        let now = self.jobs.clock().now();
        match self.line.first().map(|(_, due)| due) {
            Some(due) if due <= now => self.start_due().await,
            next => self.wait_until(next).await,
        }
    }

    async fn start_due(&mut self) {
        tokio::select! {
            biased;
            slot = self.slots.take() => {
                if let Some(place) = self.line.pop() {
                    start(&self.jobs, self.kind, &place, slot).await;
                }
            }
            // It may be one that is due before those that wait for room.
            () = self.jobs.wait(self.kind) => {}
        }
    }

    async fn wait_until(&self, next: Option<Time>) {
        let due = async {
            match next {
                Some(due) => self.jobs.clock().wait_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            () = self.jobs.wait(self.kind) => {}
        }
    }
}

async fn start(jobs: &JobRunner, kind: JobKind, place: &Entry, slot: impl JobSlot) {
    let Some(id) = job_at(place) else { return };
    if let Err(stalled) = jobs.start(kind, id, due(place), slot) {
        stalled.until_there_is_room().await;
    }
}
