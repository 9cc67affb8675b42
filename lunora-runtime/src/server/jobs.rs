//! The routes under `/api/admin/jobs`: looking at jobs with scope `read-data`, canceling them and running them again
//! with scope `run-internal`.

use axum_core::{extract::Request, response::Response};
use http::StatusCode;
use lunora_core::job::JobId;
use serde::{Deserialize, Serialize};

use super::{
    body,
    call::too_many,
    caller::admin_key,
    entry::Shared,
    keys::{answer, lost, read},
    problem::Problem,
};
use crate::functions::{AdminKey, AuthError, JobError, JobInfo, JobsWanted, Runtime};

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
    if shared.lifecycle.is_ending() {
        return Err(Problem::shutting_down());
    }
    let (parts, body) = request.into_parts();
    let body = body::receive(&parts.headers, body, &shared.options.limits, &shared.buffers).await?;
    let slot = shared.requests.take(1).ok_or_else(too_many)?;
    // The key first: without one nobody learns what a request should look like.
    let key = admin_key(&parts.headers, &shared.runtime)?;
    let work = work(operation, key, &parts.headers, &body.bytes)?;
    let runtime = shared.runtime.clone();
    let done = tokio::task::spawn_blocking(move || {
        let _held = (slot, body);
        work(&runtime)
    });
    done.await.unwrap_or_else(|error| Err(lost(error)))
}

type Work = Box<dyn FnOnce(&Runtime) -> Result<Response, Problem> + Send>;

fn work(
    operation: Operation,
    key: AdminKey,
    headers: &http::HeaderMap,
    body: &[u8],
) -> Result<Work, Problem> {
    Ok(match operation {
        Operation::List => {
            let reader = key.read_data().map_err(AuthError::from)?;
            let wanted: JobsWanted = read(headers, body)?;
            Box::new(move |runtime| {
                let jobs = runtime.list_jobs(&reader, &wanted)?;
                answer(&List { jobs })
            })
        }
        Operation::Show => {
            let reader = key.read_data().map_err(AuthError::from)?;
            let Named { id } = read(headers, body)?;
            Box::new(move |runtime| answer(&runtime.show_job(&reader, id)?))
        }
        Operation::Cancel => {
            let caller = key.run_internal().map_err(AuthError::from)?;
            let Named { id } = read(headers, body)?;
            Box::new(move |runtime| answer(&runtime.cancel_job(&caller, id)?))
        }
        Operation::Retry => {
            let caller = key.run_internal().map_err(AuthError::from)?;
            let Named { id } = read(headers, body)?;
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
            JobError::Failed(_) => (StatusCode::BAD_REQUEST, "JobsNotRead"),
        };
        // Only holders of a key get here, and they read errors in full.
        Self::new(status, code, format!("Nothing was changed: {error}."))
    }
}
