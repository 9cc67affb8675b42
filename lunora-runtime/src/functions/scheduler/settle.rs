//! What becomes of a job whose run did not end it itself.

use std::{sync::Arc, time::Duration};

use lunora_core::{
    error::{Error, Result},
    job::{JobId, JobState},
    time::Time,
    value::Value,
};

use super::{StoredJob, retries::transient};
use crate::{
    database::CommitError,
    functions::{
        Answer, CallError, Stalled, dispatch::call_error, engine::Engine, executor::Job as Task,
        transaction::TookTooLong,
    },
    store::StoreError,
};

/// How long an outcome may hold a thread before the log says so.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before an outcome is written again that a full disk has refused.
const WAIT_FOR_DISK: Duration = Duration::from_secs(1);

/// How a run ended.
#[derive(Debug)]
pub(super) enum Outcome {
    Succeeded(Value),
    Failed(Error),
    /// It failed through no fault of the function: it would be right to run it again.
    Prevented(Error),
}

impl Outcome {
    pub(super) fn of(result: Result<Answer, CallError>) -> Self {
        match result {
            Ok(answer) => Self::Succeeded(answer.value.into_value()),
            Err(CallError::Function(error)) if is_transient(&error) => Self::Prevented(error),
            Err(CallError::Function(error)) => Self::Failed(error),
            Err(other) => Self::Prevented(call_error(other)),
        }
    }
}

fn is_transient(error: &Error) -> bool {
    error.downcast_ref::<TookTooLong>().is_some()
        || error.downcast_ref::<StoreError>().is_some()
        || error.downcast_ref::<CommitError>().is_some()
}

/// The disk is full, so that the same may succeed later.
pub(crate) fn is_disk_full(error: &Error) -> bool {
    let refusal = error.downcast_ref::<CommitError>();
    matches!(refusal, Some(CommitError::Store(StoreError::DiskFull)))
}

/// One run of a job, and where its outcome goes.
#[derive(Debug)]
pub(super) struct Settling {
    pub(super) engine: Arc<Engine>,
    pub(super) id: JobId,
    /// Runs that the job has on record while this one runs.
    pub(super) attempts: u32,
    /// The job is marked as running.
    pub(super) running: bool,
    /// Somebody stands at the door.
    pub(super) is_urgent: bool,
    pub(super) started: Time,
}

impl Settling {
    /// Writes the outcome on a thread for functions, as soon as there is room there and on the disk; resolves when it
    /// is ordered. Nobody else would run the job again.
    pub(super) async fn on_executor(self, outcome: Outcome) {
        let work = Arc::new((self, outcome));
        while Self::is_refused(&work).await {
            tokio::time::sleep(WAIT_FOR_DISK).await;
        }
    }

    async fn is_refused(work: &Arc<(Self, Outcome)>) -> bool {
        let (done, is_refused) = tokio::sync::oneshot::channel();
        let (executor, is_urgent) = (work.0.engine.executor.clone(), work.0.is_urgent);
        let work = Arc::clone(work);
        let task = Task::new("the outcome of a job", PATIENCE, move || {
            // Whoever waits may be gone with its runtime.
            let _ = done.send(work.0.is_refused_here(&work.1));
        });
        if let Err(task) = executor.run_job(task.urgent(is_urgent)) {
            Stalled::new(executor, task).until_there_is_room().await;
        }
        // Without an answer the write has panicked, and would again.
        is_refused.await.unwrap_or(false)
    }

    fn is_refused_here(&self, outcome: &Outcome) -> bool {
        let Err(error) = self.write(outcome) else {
            return false;
        };
        tracing::error!(job = %self.id, %error, "the outcome of a job could not be written");
        is_disk_full(&error)
    }

    fn write(&self, outcome: &Outcome) -> Result<()> {
        let written = self.engine.with_jobs(|desk| {
            // Whoever canceled it, or found it abandoned, has had the last word.
            let Some(mut job) = desk.load(self.id)?.filter(|job| self.is_that(job)) else {
                return Ok(());
            };
            if !self.running {
                job.tried(self.started);
            }
            match outcome {
                Outcome::Succeeded(value) => job.succeed(value.clone(), desk.now()),
                Outcome::Prevented(_) if !self.running => job.wait(desk.now() + transient(job.attempts)),
                Outcome::Failed(error) | Outcome::Prevented(error) => job.fail(error, desk.now()),
            }
            desk.put(self.id, &job)
        });
        written.map(|_| ())
    }

    fn is_that(&self, job: &StoredJob) -> bool {
        if !self.running {
            return job.waits_after(self.attempts);
        }
        let is_ours = job.holder.as_deref() == Some(self.engine.jobs.holder());
        job.state == JobState::Running && job.attempts == self.attempts && is_ours
    }
}
