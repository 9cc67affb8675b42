//! The routes under `/api/admin/crons`: looking at crons with scope `read-data`, running one with scope `run-internal`.

use axum_core::{extract::Request, response::Response};
use http::StatusCode;
use lunora_core::job::JobId;
use serde::{Deserialize, Serialize};

use super::{
    admin::{Admitted, Work, admit, answer},
    entry::Shared,
    problem::Problem,
};
use crate::{
    functions::{AdminKey, AuthError},
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
    let (key, admitted) = admit(shared, request).await?;
    let work = work(operation, key, &admitted)?;
    admitted.carry_out(shared, work).await
}

fn work(operation: Operation, key: AdminKey, admitted: &Admitted) -> Result<Work, Problem> {
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
            let Named { name } = admitted.read()?;
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
