//! What an administrator sees of crons, and may do with them.

use lunora_core::{
    error::Result,
    job::{JobId, JobState},
    time::Time,
};
use serde::Serialize;

use super::{
    Timetable,
    rows::{self, Row},
    timetable::waiting,
};
use crate::functions::{AdminCaller, Cron, CronRun, DataReader, Desk, Runtime};

/// A cron as an administrator sees it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CronInfo {
    /// Its name.
    pub name: String,
    /// When it is due, as text.
    pub schedule: String,
    /// Wire path of the function.
    pub target: String,
    /// When the next run is due, or was, if it is under way.
    pub next: Option<Time>,
    /// A run is under way, or waits to be tried again.
    pub under_way: bool,
    /// The last ones, the newest first.
    pub runs: Vec<CronRun>,
}

/// What became of the wish to run a cron now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunNow {
    /// It runs as this job.
    Started(JobId),
    /// A run is under way already, and there is one at most.
    UnderWay,
    /// There is no cron of this name.
    Unknown,
}

impl Runtime {
    /// The crons of the application, in the order of its list. This blocks the thread.
    pub(crate) fn list_crons(&self) -> Result<Vec<CronInfo>> {
        let timetable = Timetable::of(self);
        let (list, _) = self.with_jobs(|desk| timetable.crons().map(|cron| info(desk, cron)).collect())?;
        Ok(list)
    }

    /// The same for the holder of a key.
    pub(crate) fn show_crons(&self, reader: &DataReader) -> Result<Vec<CronInfo>> {
        let list = self.list_crons();
        let outcome = if list.is_ok() { "ok" } else { "error" };
        tracing::info!(target: "lunora::audit", key = reader.name(), outcome, "crons listed");
        list
    }

    /// Runs a cron now for the holder of a key, as [`Self::run_cron`] does.
    pub(crate) fn run_cron_as(&self, caller: &AdminCaller, name: &str) -> Result<RunNow> {
        let run = self.run_cron(name);
        let outcome = match &run {
            Ok(RunNow::Started(_)) => "ok",
            Ok(RunNow::UnderWay | RunNow::Unknown) => "refused",
            Err(_) => "error",
        };
        tracing::info!(target: "lunora::audit", key = caller.name(), cron = name, outcome, "admin run of a cron");
        run
    }

    /// Runs a cron now, whatever its schedule says. The next run by the schedule comes in its time, unless that is over
    /// before this one is. This blocks the thread.
    pub(crate) fn run_cron(&self, name: &str) -> Result<RunNow> {
        let timetable = Timetable::of(self);
        let Some(cron) = timetable.find(name) else {
            return Ok(RunNow::Unknown);
        };
        self.with_jobs_on_disk(|desk| run_now(desk, cron))
    }
}

fn info(desk: &Desk<'_>, cron: &Cron) -> Result<CronInfo> {
    let row = rows::load(desk.transaction(), cron.name)?.map(|row| row.cron);
    let job = row.as_ref().map(|row| waiting(desk, row)).transpose()?.flatten();
    let mut runs = row.as_ref().map(|row| row.runs.clone()).unwrap_or_default();
    runs.reverse();
    Ok(CronInfo {
        name: cron.name.to_owned(),
        schedule: cron.schedule.to_string(),
        target: cron.path.to_owned(),
        next: row.and_then(|row| row.due).map(Time::from_millis),
        under_way: job.is_some_and(|(_, job)| job.state == JobState::Running || job.attempts > 0),
        runs,
    })
}

fn run_now(desk: &Desk<'_>, cron: &Cron) -> Result<RunNow> {
    let Some(mut row) = rows::load(desk.transaction(), cron.name)? else {
        return Ok(RunNow::Unknown);
    };
    let waiting = waiting(desk, &row.cron)?;
    match waiting {
        Some((_, job)) if job.state == JobState::Running || job.attempts > 0 || row.cron.by_hand => {
            Ok(RunNow::UnderWay)
        }
        waiting => {
            let id = replace(desk, cron, &mut row)?;
            if let Some((regular, _)) = waiting {
                desk.cancel(regular)?;
            }
            Ok(RunNow::Started(id))
        }
    }
}

/// Puts a run by hand in the place of the one that waits, which comes after it, if it is still wanted then.
fn replace(desk: &Desk<'_>, cron: &Cron, row: &mut Row) -> Result<JobId> {
    let id = desk.schedule(cron.run_at(desk.now()))?;
    row.cron.by_hand = true;
    row.cron.due = Some(desk.now().as_millis());
    row.cron.job = Some(id.to_string());
    row.save(desk.transaction())?;
    Ok(id)
}
