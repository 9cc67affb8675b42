//! Looking at jobs, canceling them and running them again, with an admin key.

use lunora_core::{
    error::{Error, Result},
    job::{JobId, JobState},
    json::to_clean_string,
    time::Time,
    value::Value,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{AdminCaller, DataReader};
use crate::functions::{Job, Runtime, StoredJob};

/// How many jobs are listed when nobody says how many.
const LISTED: usize = 100;

/// Which jobs to list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobsWanted {
    /// Those in this state, or in any.
    pub state: Option<JobState>,
    /// How many at most, up to 1,000; 100 if it is not said.
    pub limit: Option<usize>,
}

/// What an administrator is told of a job.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct JobInfo {
    /// Its id.
    pub id: JobId,
    /// Wire path of the function that it calls.
    pub function: String,
    /// What it calls it with, in plain JSON.
    pub arguments: Json,
    /// Where it stands.
    pub state: JobState,
    /// It is a mutation that waits to commit and holds its thread without end at the moment.
    pub stuck: bool,
    /// How often it has been run.
    pub attempts: u32,
    /// When it was to run.
    pub scheduled_for: Time,
    /// When it runs next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_run: Option<Time>,
    /// When its last run started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// The user that it runs as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Why its last run failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What it returned, in plain JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Json>,
}

/// Why nothing was done with a job.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// There is none of that id.
    #[error("there is no job `{0}`; those that are over are kept for 7 days")]
    Missing(JobId),
    /// It is over.
    #[error("the job is over ({0}), so there is nothing to cancel")]
    Over(JobState),
    /// It has not failed, or something goes on without it: a cron, or a connection.
    #[error(
        "the job is {0}; only one that has failed or was canceled can be run again, and no run of a cron (`crons run` runs \
         the cron), no gate, and no hook for the coming of a client that is gone"
    )]
    NotFailed(JobState),
    /// The store could not do it, or the list is too long.
    #[error("{0}")]
    Failed(Error),
}

impl Runtime {
    /// The jobs in a state, or those that run, wait, have failed, were canceled and have succeeded, in this order.
    ///
    /// This blocks the thread, as the methods below do.
    pub fn list_jobs(&self, reader: &DataReader, wanted: &JobsWanted) -> Result<Vec<JobInfo>, JobError> {
        use JobState::{Canceled, Failed, Pending, Running, Succeeded};
        let limit = wanted.limit.unwrap_or(LISTED);
        let states = wanted.state.map_or_else(
            || vec![Running, Pending, Failed, Canceled, Succeeded],
            |state| vec![state],
        );
        let listed = self.with_jobs(|desk| {
            let mut jobs = Vec::new();
            for state in &states {
                jobs.extend(desk.list(*state, limit - jobs.len())?);
            }
            jobs.into_iter().map(|job| self.info(job)).collect()
        });
        let listed = listed.map(|(jobs, _)| jobs).map_err(JobError::Failed);
        let outcome = outcome(&listed);
        tracing::info!(target: "lunora::audit", key = reader.name(), outcome, "jobs listed");
        listed
    }

    /// One job.
    pub fn show_job(&self, reader: &DataReader, id: JobId) -> Result<JobInfo, JobError> {
        let job = self.job(id);
        audit(reader.name(), id, &job, "job shown");
        job
    }

    /// Cancels a job that is not over.
    pub fn cancel_job(&self, caller: &AdminCaller, id: JobId) -> Result<JobInfo, JobError> {
        let canceled = self.with_jobs(|desk| desk.cancel(id)).map_err(JobError::Failed);
        let result = canceled.and_then(|(done, _)| self.changed(id, done, JobError::Over));
        audit(caller.name(), id, &result, "job canceled");
        result
    }

    /// Runs a job once more, now, that has failed or was canceled.
    pub fn retry_job(&self, caller: &AdminCaller, id: JobId) -> Result<JobInfo, JobError> {
        let revived = self.with_jobs(|desk| desk.retry(id)).map_err(JobError::Failed);
        let result = revived.and_then(|(done, _)| self.changed(id, done, JobError::NotFailed));
        audit(caller.name(), id, &result, "job run again");
        result
    }

    fn changed(&self, id: JobId, done: bool, refusal: fn(JobState) -> JobError) -> Result<JobInfo, JobError> {
        let job = self.job(id)?;
        if done { Ok(job) } else { Err(refusal(job.state)) }
    }

    /// The job, as it is on disk when this returns.
    fn job(&self, id: JobId) -> Result<JobInfo, JobError> {
        let read = || {
            let (job, _) = self.with_jobs(|desk| desk.load(id))?;
            self.system().on_disk(self.database().ordered())?;
            job.map(|stored| self.info(Job::new(id, stored))).transpose()
        };
        read().map_err(JobError::Failed)?.ok_or(JobError::Missing(id))
    }

    fn info(&self, job: Job) -> Result<JobInfo> {
        let (id, next_run, stored) = (job.id(), job.next_run(), job.into_stored());
        let (status, stuck) = (stored.status(), self.engine().jobs.is_stuck(id, &stored));
        let user = stored.user()?.map(|user| user.token_identifier);
        let result = stored.result()?.as_ref().map(plain).transpose()?;
        let arguments = plain(&Value::Object(stored.shown_arguments()?))?;
        let StoredJob { target, error, .. } = stored;
        Ok(JobInfo {
            id,
            function: target,
            arguments,
            state: status.state,
            stuck,
            attempts: status.attempts,
            scheduled_for: status.scheduled_for,
            next_run,
            started_at: status.started_at,
            ended_at: status.ended_at,
            user,
            error,
            result,
        })
    }
}

fn audit(key: &str, id: JobId, result: &Result<JobInfo, JobError>, done: &str) {
    let outcome = outcome(result);
    tracing::info!(target: "lunora::audit", key, job = %id, outcome, "{done}");
}

const fn outcome<T>(result: &Result<T, JobError>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(JobError::Failed(_)) => "error",
        Err(_) => "refused",
    }
}

fn plain(value: &Value) -> Result<Json> {
    Ok(serde_json::from_str(&to_clean_string(value))?)
}
