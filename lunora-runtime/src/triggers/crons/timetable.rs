//! The crons of the application, and how each goes from one run to the next.

use std::{sync::Arc, time::Duration};

use lunora_core::{
    document::encode_object,
    error::Result,
    job::{JobId, JobState},
    time::Time,
};

use super::{
    plan::plan,
    rows::{self, Row},
};
use crate::functions::{
    CRON, Cron, CronOutcome, Desk, JobEnd, NewJob, Origin, Runtime, StoredCron, StoredJob,
};

/// How far a clock may be set back until what has run counts as never having run. Up to this, nothing runs twice.
const MOST_SET_BACK: Duration = Duration::from_hours(24);

/// The list of an application.
#[derive(Debug, Clone)]
pub(in crate::triggers) struct Timetable(Arc<[Cron]>);

impl Timetable {
    pub(in crate::triggers) fn of(runtime: &Runtime) -> Self {
        Self(Arc::clone(runtime.crons()))
    }

    /// Lets crons hear of the ends of their runs; to be called before any can end.
    pub(in crate::triggers) fn listen(&self, runtime: &Runtime) {
        runtime.on_job_end(CRON, Arc::new(self.clone()));
    }

    /// Compares the list with what there is: lets crons begin, change and end. Nothing runs yet. This blocks the thread.
    pub(in crate::triggers) fn begin(&self, runtime: &Runtime) -> Result<()> {
        runtime.with_jobs(|desk| self.end_those_that_are_gone(desk))?;
        for cron in self.0.iter() {
            runtime.with_jobs(|desk| cron.begin(desk))?;
        }
        Ok(())
    }

    pub(super) fn crons(&self) -> impl Iterator<Item = &Cron> {
        self.0.iter()
    }

    pub(super) fn find(&self, name: &str) -> Option<&Cron> {
        self.0.iter().find(|cron| cron.name == name)
    }

    fn end_those_that_are_gone(&self, desk: &Desk<'_>) -> Result<()> {
        for row in rows::all(desk.transaction())? {
            if self.find(&row.cron.name).is_none() {
                row.delete(desk.transaction())?;
                if let Some(job) = row.cron.job() {
                    desk.cancel(job)?;
                }
                tracing::info!(
                    cron = row.cron.name,
                    "the cron is not in the list any more, and has ended"
                );
            }
        }
        Ok(())
    }
}

impl JobEnd for Timetable {
    fn ended(&self, desk: &Desk<'_>, id: JobId, job: &StoredJob) -> Result<()> {
        let Some(cron) = job.origin.as_ref().and_then(|origin| self.find(&origin.key)) else {
            return Ok(());
        };
        let Some(mut row) = rows::load(desk.transaction(), cron.name)? else {
            return Ok(());
        };
        // Another run has taken the place of this one.
        if row.cron.job() != Some(id) {
            return Ok(());
        }
        row.cron.end_run(outcome(job.state), job, desk.now());
        cron.go_on(desk, &mut row)
    }
}

fn outcome(state: JobState) -> CronOutcome {
    match state {
        JobState::Succeeded => CronOutcome::Succeeded,
        JobState::Canceled => CronOutcome::Canceled,
        JobState::Failed | JobState::Pending | JobState::Running => CronOutcome::Failed,
    }
}

impl StoredCron {
    /// The job of the run that waits or is under way.
    pub(super) fn job(&self) -> Option<JobId> {
        self.job.as_ref()?.parse().ok()
    }
}

impl Cron {
    /// Brings the cron's document in line with the list.
    fn begin(&self, desk: &Desk<'_>) -> Result<()> {
        let schedule = self.schedule.to_string();
        let Some(mut row) = rows::load(desk.transaction(), self.name)? else {
            let mut row = Row::new(StoredCron::new(self.name, schedule, desk.now()));
            return self.go_on(desk, &mut row);
        };
        let ahead = Time::from_millis(row.cron.done).since(desk.now());
        if ahead > MOST_SET_BACK {
            tracing::warn!(
                cron = self.name,
                ?ahead,
                "a cron has run in the future, by a clock that was wrong, and begins anew"
            );
        }
        let changed = row.cron.schedule != schedule || ahead > MOST_SET_BACK;
        if changed {
            row.cron.begin_anew(schedule, desk.now());
        }
        match waiting(desk, &row.cron)? {
            Some((_, job)) if job.attempts > 0 || row.cron.by_hand => row.save(desk.transaction()),
            Some((_, job)) if !changed && self.is_as_wanted(&job, desk.now())? => Ok(()),
            Some((id, _)) => {
                row.cron.job = None;
                desk.transaction()
                    .with(|transaction| transaction.delete(id.untyped()))?;
                self.go_on(desk, &mut row)
            }
            None => self.go_on(desk, &mut row),
        }
    }

    /// The job that waits is the one that would be scheduled now.
    fn is_as_wanted(&self, job: &StoredJob, now: Time) -> Result<bool> {
        let mut args = Vec::new();
        encode_object(&job.arguments()?, &mut args);
        let mut wanted = Vec::new();
        encode_object(&self.args, &mut wanted);
        let is_the_call = job.target == self.path && job.kind == self.kind && args == wanted;
        Ok(is_the_call && job.retries == self.retries && job.scheduled_for > now.as_millis())
    }

    /// Schedules the next run, as the policy has it. No other is under way.
    fn go_on(&self, desk: &Desk<'_>, row: &mut Row) -> Result<()> {
        let cron = &mut row.cron;
        let (since, done, now) = (cron.since, cron.done, desk.now());
        let plan = plan(
            &self.schedule,
            self.missed,
            Time::from_millis(since),
            Time::from_millis(done),
            now,
        );
        if let Some((skipped, last)) = plan.skipped {
            tracing::warn!(
                cron = self.name,
                skipped,
                "runs of a cron fell due while it could not run"
            );
            cron.skip(skipped, last, now);
        }
        cron.due = plan.due.map(Time::as_millis);
        let job = plan.due.map(|due| desk.schedule(self.run_at(due)));
        cron.job = job.transpose()?.map(|job| job.to_string());
        row.save(desk.transaction())
    }

    /// The job of a run.
    pub(super) fn run_at(&self, due: Time) -> NewJob {
        NewJob {
            target: self.path.to_owned(),
            kind: self.kind,
            args: self.args.clone(),
            due,
            retries: self.retries,
            identity: None,
            origin: Some(Origin {
                kind: CRON.to_owned(),
                key: self.name.to_owned(),
            }),
        }
    }
}

/// The run that waits or is under way, if there is one.
pub(super) fn waiting(desk: &Desk<'_>, cron: &StoredCron) -> Result<Option<(JobId, StoredJob)>> {
    let Some(id) = cron.job() else { return Ok(None) };
    let job = desk.load(id)?.filter(|job| !job.state.is_over());
    Ok(job.map(|job| (id, job)))
}
