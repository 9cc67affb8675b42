//! What a call knows of the job that it is made by.

use std::sync::Arc;

use lunora_core::{
    error::{Error, Result},
    job::JobId,
    time::Time,
    value::Value,
};

use super::{Cancellation, Desk};

/// The job that a call is a part of.
#[derive(Debug, Clone)]
pub(in crate::functions) enum JobRun {
    /// The call is the job's mutation, which ends the job in its own transaction.
    Own { id: JobId, attempts: u32 },
    /// The call is the job's action, or one that it makes.
    Action(Arc<RunningAction>),
}

/// An action that is run as a job.
#[derive(Debug)]
pub(in crate::functions) struct RunningAction {
    pub(in crate::functions) id: JobId,
    pub(in crate::functions) cancellation: Cancellation,
}

/// The job does not wait any more, or waits for another run.
#[derive(Debug, thiserror::Error)]
#[error("the job was canceled, or has been run meanwhile")]
pub(super) struct NotPending;

impl JobRun {
    /// Before a mutation runs as a job: refuses it if the job is not the one that was to be run. The look is a read like
    /// any other, so a cancel that comes first is never overlooked.
    pub(in crate::functions) fn claim(&self, desk: &Desk<'_>) -> Result<()> {
        let Self::Own { id, attempts } = self else {
            return Ok(());
        };
        match desk.load(*id)? {
            Some(job) if job.waits_after(*attempts) => Ok(()),
            _ => Err(Error::from(NotPending)),
        }
    }

    /// After it, at `now`: ends the job, in the transaction of the mutation.
    pub(in crate::functions) fn succeed(&self, desk: &Desk<'_>, result: &Value, now: Time) -> Result<()> {
        let Self::Own { id, .. } = self else { return Ok(()) };
        let Some(mut job) = desk.load(*id)? else {
            return Err(Error::from(NotPending));
        };
        job.tried(desk.now());
        job.succeed(result.clone(), now);
        desk.put(*id, &job)
    }

    /// The call is the mutation of this job.
    pub(in crate::functions) fn is_own(&self, job: JobId) -> bool {
        matches!(self, Self::Own { id, .. } if *id == job)
    }

    /// The action around a call.
    pub(in crate::functions) const fn action(&self) -> Option<&Arc<RunningAction>> {
        match self {
            Self::Action(action) => Some(action),
            Self::Own { .. } => None,
        }
    }
}
