//! Jobs by a clock that somebody moves.

use lunora_core::{
    error::{Error, Result},
    time::Time,
};
use tokio::runtime::Handle;

use super::{line::Line, now::run_now, past::purge, runner::refill};
use crate::{
    database::Entry,
    functions::{JobKind, JobRunner, Runtime, job_at},
    triggers::begin,
};

/// How many jobs may fall due at one time before that counts as without end.
const MAX_AT_ONE_TIME: usize = 100_000;

/// Jobs schedule one another for the same time.
#[derive(Debug, thiserror::Error)]
#[error(
    "{MAX_AT_ONE_TIME} jobs have run and the clock has not moved: do they schedule one another without end?"
)]
struct WithoutEnd;

/// Runs what falls due while a clock is moved, one job after the other, in the order of their times.
#[derive(Debug)]
pub(crate) struct VirtualTime {
    runtime: Runtime,
    jobs: JobRunner,
    lines: [(JobKind, Line); JobKind::ALL.len()],
    has_begun: bool,
}

impl VirtualTime {
    pub(crate) fn new(runtime: &Runtime, tokio: Handle) -> Self {
        Self {
            runtime: runtime.clone(),
            jobs: runtime.job_runner(tokio),
            lines: JobKind::ALL.map(|kind| (kind, Line::default())),
            has_begun: false,
        }
    }

    /// Runs everything that is due until `end`, what that schedules included, and calls `set` with each time before what
    /// is due then runs. Returns when nothing is left to do by `end`.
    pub(crate) async fn pass(&mut self, end: Time, set: impl Fn(Time)) -> Result<()> {
        if !self.has_begun {
            begin(&self.runtime, &self.jobs).await?;
            self.has_begun = true;
        }
        let mut at_one_time = 0;
        while let Some((kind, place, due)) = self.next(end).await? {
            if due > self.jobs.clock().now() {
                set(due);
                at_one_time = 0;
            }
            at_one_time += 1;
            if at_one_time > MAX_AT_ONE_TIME {
                return Err(Error::from(WithoutEnd));
            }
            if let Some(id) = job_at(&place) {
                run_now(&self.jobs, kind, id, due).await;
            }
        }
        set(end);
        let jobs = self.jobs.clone();
        tokio::task::spawn_blocking(move || purge(&jobs)).await??;
        self.jobs.on_disk().await
    }

    /// The next job that is due by `end`; it leaves its line.
    async fn next(&mut self, end: Time) -> Result<Option<(JobKind, Entry, Time)>> {
        for (kind, line) in &mut self.lines {
            refill(&self.jobs, *kind, line).await?;
        }
        let first = self
            .lines
            .iter_mut()
            .filter_map(|(kind, line)| line.first().map(|(_, due)| due).map(|due| (due, *kind, line)))
            .filter(|(due, ..)| *due <= end)
            .min_by(|(left, ..), (right, ..)| left.as_millis().total_cmp(&right.as_millis()));
        Ok(first.and_then(|(due, kind, line)| Some((kind, line.pop()?, due))))
    }
}
