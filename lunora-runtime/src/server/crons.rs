//! The routes under `/api/admin/crons`: looking at crons with scope `read-data`, running one with scope `run-internal`.

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
use crate::{
    functions::{AdminKey, AuthError, Runtime},
    triggers::{CronInfo, RunNow},
};

/// What a route does with crons.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operation {
    List,
    Run,
}

/// A cron that is to be run.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
}

/// The job that a cron runs as.
#[derive(Serialize)]
struct Started {
    job: JobId,
}

#[derive(Serialize)]
struct List {
    crons: Vec<CronInfo>,
}

/// Answers a request about crons.
pub(super) async fn crons(operation: Operation, shared: &Shared, request: Request) -> Response {
    try_crons(operation, shared, request)
        .await
        .unwrap_or_else(Response::from)
}

async fn try_crons(operation: Operation, shared: &Shared, request: Request) -> Result<Response, Problem> {
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
            Box::new(move |runtime| {
                let crons = runtime.show_crons(&reader).map_err(failed)?;
                answer(&List { crons })
            })
        }
        Operation::Run => {
            let caller = key.run_internal().map_err(AuthError::from)?;
            let Named { name } = read(headers, body)?;
            Box::new(
                move |runtime| match runtime.run_cron_as(&caller, &name).map_err(failed)? {
                    RunNow::Started(job) => answer(&Started { job }),
                    RunNow::UnderWay => Err(under_way(&name)),
                    RunNow::Unknown => Err(unknown(&name)),
                },
            )
        }
    })
}

fn under_way(name: &str) -> Problem {
    let message = format!("Nothing was changed: a run of the cron `{name}` is under way.");
    Problem::new(StatusCode::CONFLICT, "CronIsRunning", message)
}

fn unknown(name: &str) -> Problem {
    let message = format!("Nothing was changed: there is no cron `{name}`.");
    Problem::new(StatusCode::NOT_FOUND, "NoSuchCron", message)
}

fn failed(error: lunora_core::error::Error) -> Problem {
    let message = format!("Nothing was changed: {error}.");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", message)
}
