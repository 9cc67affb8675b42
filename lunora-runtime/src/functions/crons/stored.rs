//! A cron as the store has it: what is done, what comes next, and how the last runs ended.

use lunora_core::{table::IndexSpec, time::Time};
use serde::{Deserialize, Serialize};

use crate::functions::{StoredJob, system::system_table};

/// How many runs of a cron are kept; and as many notes of what was left out.
const KEPT_RUNS: usize = 20;
/// Longest text of an error that is kept with a run, in bytes. (The job's own is kept longer for as long as the job is.)
const MAX_ERROR: usize = 1 << 10;

/// A cron that has begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredCron {
    pub(crate) name: String,
    /// The schedule as text, to see when it has changed.
    pub(crate) schedule: String,
    /// From when on intervals count, in milliseconds, as all times are here.
    pub(crate) since: f64,
    /// Everything that fell due by then was run or left out.
    pub(crate) done: f64,
    /// When the run is due that waits or is under way; none if there is no next one.
    pub(crate) due: Option<f64>,
    /// The job of that run.
    pub(crate) job: Option<String>,
    /// An administrator wanted that run, whatever the schedule says.
    pub(crate) by_hand: bool,
    /// The last ones, the newest at the end.
    pub(crate) runs: Vec<CronRun>,
}

system_table!(
    StoredCron,
    "_crons",
    [IndexSpec {
        name: BY_NAME,
        fields: &[&["name"]],
        unique: true
    }]
);

/// Under which the jobs of crons are known.
pub(crate) const CRON: &str = "cron";

/// The one index of crons.
pub(crate) const BY_NAME: &str = "by_name";

/// A run of a cron that is over, or runs that were left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CronRun {
    /// What became of it.
    pub outcome: CronOutcome,
    /// When it was due; of runs that were left out, the last one.
    pub due: Time,
    /// An administrator wanted it, whatever the schedule says.
    pub by_hand: bool,
    /// When it began, the last time if it was tried again.
    pub started_at: Option<Time>,
    /// When it was over.
    pub ended_at: Time,
    /// How long it took, in milliseconds.
    pub duration_millis: Option<f64>,
    /// How often it was tried.
    pub attempts: u32,
    /// How many runs were left out.
    pub skipped: u64,
    /// Why it failed.
    pub error: Option<String>,
    /// Its job, which is kept for 7 days.
    pub job: Option<String>,
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CronOutcome {
    /// It has returned `Ok`.
    Succeeded,
    /// It has failed for good.
    Failed,
    /// It was canceled before it ended.
    Canceled,
    /// It fell due while it could not run, and was left out.
    Skipped,
}

impl StoredCron {
    /// One that begins now.
    pub(crate) fn new(name: &str, schedule: String, now: Time) -> Self {
        Self {
            name: name.to_owned(),
            schedule,
            since: now.as_millis(),
            done: now.as_millis(),
            due: None,
            job: None,
            by_hand: false,
            runs: Vec::new(),
        }
    }

    /// Another schedule begins now. What fell due by the old one and was not run is forgotten.
    pub(crate) fn begin_anew(&mut self, schedule: String, now: Time) {
        self.schedule = schedule;
        self.since = now.as_millis();
        self.done = now.as_millis();
    }

    /// The run that was under way is over.
    pub(crate) fn end_run(&mut self, outcome: CronOutcome, job: &StoredJob, now: Time) {
        let due = self.due.unwrap_or(job.scheduled_for);
        let error = job.error.clone().filter(|_| outcome != CronOutcome::Succeeded);
        let (id, ended) = (self.job.take(), job.ended_at.unwrap_or(now.as_millis()));
        self.keep(CronRun {
            outcome,
            due: Time::from_millis(due),
            by_hand: self.by_hand,
            started_at: job.started_at.map(Time::from_millis),
            ended_at: Time::from_millis(ended),
            duration_millis: job.started_at.map(|started| (ended - started).max(0.0)),
            attempts: job.attempts,
            skipped: 0,
            error: error.map(cut),
            job: id,
        });
        if !self.by_hand {
            self.done = self.done.max(due);
        }
        self.by_hand = false;
    }

    /// This many runs are left out, the last of which was due at `done`.
    pub(crate) fn skip(&mut self, skipped: u64, done: Time, now: Time) {
        self.done = done.as_millis();
        self.keep(CronRun {
            outcome: CronOutcome::Skipped,
            due: done,
            by_hand: false,
            started_at: None,
            ended_at: now,
            duration_millis: None,
            attempts: 0,
            skipped,
            error: None,
            job: None,
        });
    }

    fn keep(&mut self, run: CronRun) {
        let is_like = |other: &CronRun| other.is_skip() == run.is_skip();
        if self.runs.iter().filter(|other| is_like(other)).count() >= KEPT_RUNS
            && let Some(oldest) = self.runs.iter().position(is_like)
        {
            self.runs.remove(oldest);
        }
        self.runs.push(run);
    }
}

impl CronRun {
    fn is_skip(&self) -> bool {
        self.outcome == CronOutcome::Skipped
    }
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MAX_ERROR));
    text
}
