//! Timestamps that a client asks for and comes back with.

use axum_core::{extract::Request, response::Response};
use http::StatusCode;
use lunora_core::protocol;

use super::{
    body,
    call::too_many,
    entry::Shared,
    problem::{Problem, json},
};
use crate::{
    database::Moment,
    functions::Runtime,
    store::{StoreError, Timestamp},
};

/// Answers with the newest commit that is on disk.
pub(super) async fn query_ts(shared: &Shared, request: Request) -> Response {
    try_query_ts(shared, request).await.unwrap_or_else(Response::from)
}

async fn try_query_ts(shared: &Shared, request: Request) -> Result<Response, Problem> {
    if shared.lifecycle.is_ending() {
        return Err(Problem::shutting_down());
    }
    let (parts, body) = request.into_parts();
    // Clients send nothing; what others send is read and means nothing.
    let _body = body::receive(&parts.headers, body, &shared.options.limits, &shared.buffers).await?;
    let _slot = shared.requests.take(1).ok_or_else(too_many)?;
    let ts = protocol::Timestamp(shared.runtime.durable().0);
    Ok(json(StatusCode::OK, format!(r#"{{"ts":"{ts}"}}"#)))
}

/// The moment that a request names.
pub(super) fn moment_at(runtime: &Runtime, text: &str) -> Result<Moment, Problem> {
    let bad = || {
        Problem::bad_request(
            "BadTimestamp",
            "`ts` must be what /api/query_ts has answered: eight bytes, little endian, in base64.",
        )
    };
    let protocol::Timestamp(ts) = protocol::Timestamp::parse(text).ok_or_else(bad)?;
    runtime.moment_at(Timestamp(ts)).map_err(refused)
}

/// The newest moment.
pub(super) fn newest(runtime: &Runtime) -> Result<Moment, Problem> {
    runtime.moment().map_err(refused)
}

fn refused(error: StoreError) -> Problem {
    match error {
        StoreError::TooOld { .. } => {
            let message = "The server no longer knows what was at this timestamp: it keeps about 30 seconds. Ask \
                           /api/query_ts for a new one.";
            Problem::bad_request("TimestampTooOld", message)
        }
        StoreError::NotYet { .. } => {
            let message = "No commit of this server has this timestamp yet.";
            Problem::bad_request("TimestampTooNew", message)
        }
        error => {
            tracing::error!(%error, "a snapshot could not be read");
            Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalServerError",
                "The data cannot be read; the server's log says why.",
            )
        }
    }
}
