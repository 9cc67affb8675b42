//! The routes under `/api/admin/jobs`: looking at jobs with scope `read-data`, canceling them and running them again
//! with scope `run-internal`.

use axum_core::{extract::Request, response::Response};
use http::StatusCode;
use lunora_core::{job::JobId, limits::LimitExceeded};
use serde::{Deserialize, Serialize};

use super::{
    admin::{Admitted, Work, admit, answer},
    entry::Shared,
    problem::Problem,
};
use crate::functions::{AdminKey, AuthError, JobError, JobInfo, JobsWanted};

/// What a route does with jobs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operation {
    List,
    Show,
    Cancel,
    Retry,
}

/// A job that something is to be done with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    id: JobId,
}

#[derive(Serialize)]
struct List {
    jobs: Vec<JobInfo>,
}

/// Answers a request about jobs.
pub(super) async fn jobs(operation: Operation, shared: &Shared, request: Request) -> Response {
    try_jobs(operation, shared, request)
        .await
        .unwrap_or_else(Response::from)
}

async fn try_jobs(operation: Operation, shared: &Shared, request: Request) -> Result<Response, Problem> {
    let (key, admitted) = admit(shared, request).await?;
    let work = work(operation, key, &admitted)?;
    admitted.carry_out(shared, work).await
}

fn work(operation: Operation, key: AdminKey, admitted: &Admitted) -> Result<Work, Problem> {
    Ok(match operation {
        Operation::List => {
            let reader = key.read_data().map_err(AuthError::from)?;
            let wanted: JobsWanted = admitted.read()?;
            Box::new(move |runtime| {
                let jobs = runtime.list_jobs(&reader, &wanted)?;
                answer(&List { jobs })
            })
        }
        Operation::Show => {
            let reader = key.read_data().map_err(AuthError::from)?;
            let Named { id } = admitted.read()?;
            Box::new(move |runtime| answer(&runtime.show_job(&reader, id)?))
        }
        Operation::Cancel => {
            let caller = key.run_internal().map_err(AuthError::from)?;
            let Named { id } = admitted.read()?;
            Box::new(move |runtime| answer(&runtime.cancel_job(&caller, id)?))
        }
        Operation::Retry => {
            let caller = key.run_internal().map_err(AuthError::from)?;
            let Named { id } = admitted.read()?;
            Box::new(move |runtime| answer(&runtime.retry_job(&caller, id)?))
        }
    })
}

impl From<JobError> for Problem {
    fn from(error: JobError) -> Self {
        let (status, code) = match &error {
            JobError::Missing(_) => (StatusCode::NOT_FOUND, "NoSuchJob"),
            JobError::Over(_) => (StatusCode::CONFLICT, "JobIsOver"),
            JobError::NotFailed(_) => (StatusCode::CONFLICT, "JobHasNotFailed"),
            JobError::Failed(error) if error.downcast_ref::<LimitExceeded>().is_some() => {
                (StatusCode::BAD_REQUEST, "JobsNotRead")
            }
            JobError::Failed(_) => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"),
        };
        // Only holders of a key get here, and they read errors in full. After a failure nobody knows what was changed.
        let message = match status {
            StatusCode::INTERNAL_SERVER_ERROR => format!("{error}."),
            _ => format!("Nothing was changed: {error}."),
        };
        Self::new(status, code, message)
    }
}
