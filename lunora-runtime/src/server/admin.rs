//! What the routes for administrators have in common.

use axum_core::{extract::Request, response::Response};
use http::{HeaderValue, StatusCode, header, request::Parts};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    admission::Share,
    body::{self, Received},
    call::too_many,
    caller::admin_key,
    entry::{Shared, request_id},
    envelope::{bad_json, is_json},
    object,
    problem::{Problem, json},
};
use crate::functions::{AdminKey, RequestId, Runtime};

/// A request of somebody who has an admin key, and what it takes of the server until it is dropped.
#[derive(Debug)]
pub(super) struct Admitted {
    parts: Parts,
    body: Received,
    _slot: Share,
}

/// What is done for a request, on a thread that may wait for the disk.
pub(super) type Work = Box<dyn FnOnce(&Runtime) -> Result<Response, Problem> + Send>;

/// Receives a request and looks at its key, before anything else that it says: without one nobody learns what a
/// request should look like. What the key opens is the route's business.
pub(super) async fn admit(shared: &Shared, request: Request) -> Result<(AdminKey, Admitted), Problem> {
    if shared.lifecycle.is_ending() {
        return Err(Problem::shutting_down());
    }
    let (parts, body) = request.into_parts();
    let body = body::receive(&parts.headers, body, &shared.options.limits, &shared.buffers).await?;
    let slot = shared.requests.take(1).ok_or_else(too_many)?;
    let key = admin_key(&parts.headers, &shared.runtime)?;
    let admitted = Admitted {
        parts,
        body,
        _slot: slot,
    };
    Ok((key, admitted))
}

impl Admitted {
    /// The body, which is JSON.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if !is_json(&self.parts.headers) {
            return Err(bad_json("the Content-Type header is not application/json"));
        }
        object::from_slice(&self.body.bytes).map_err(bad_json)
    }

    /// Its id.
    pub(super) fn request_id(&self) -> RequestId {
        request_id(&self.parts)
    }

    /// Does the work, also when its client hangs up.
    pub(super) async fn carry_out(self, shared: &Shared, work: Work) -> Result<Response, Problem> {
        let runtime = shared.runtime.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _held = self;
            work(&runtime)
        });
        done.await.unwrap_or_else(|lost| {
            // It panicked, or the process ends before it could begin.
            let panic = lost.try_into_panic();
            Err(panic.map_or_else(|_| Problem::shutting_down(), |panic| Problem::lost(&*panic)))
        })
    }
}

/// An answer that is for nobody else: there may be a key in it.
pub(super) fn answer(body: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(body).map_err(|error| {
        tracing::error!(%error, "an answer to an administrator could not be written");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            "The answer was lost.",
        )
    })?;
    let mut response = json(StatusCode::OK, body);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
