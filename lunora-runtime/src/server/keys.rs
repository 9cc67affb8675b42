//! The routes under `/api/admin/keys`: making, listing and revoking admin keys, for holders of a key with all scopes.

use axum_core::{extract::Request, response::Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::task::JoinError;

use super::{
    body,
    call::too_many,
    caller::admin_key,
    entry::Shared,
    envelope::{bad_json, is_json},
    problem::{Problem, json},
};
use crate::functions::{AuthError, KeyError, KeyInfo, KeyManager, Runtime, Scope};

/// What a route does with keys.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operation {
    List,
    Create,
    Revoke,
}

/// A key to be made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
    scopes: Vec<Scope>,
}

/// A key to be revoked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
}

/// A key that was made, with the only copy of its text.
#[derive(Serialize)]
struct Made<'a> {
    name: &'a str,
    key: &'a str,
}

#[derive(Serialize)]
struct List {
    keys: Vec<KeyInfo>,
}

/// Answers a request about keys.
pub(super) async fn keys(operation: Operation, shared: &Shared, request: Request) -> Response {
    try_keys(operation, shared, request)
        .await
        .unwrap_or_else(Response::from)
}

async fn try_keys(operation: Operation, shared: &Shared, request: Request) -> Result<Response, Problem> {
    if shared.lifecycle.is_ending() {
        return Err(Problem::shutting_down());
    }
    let (parts, body) = request.into_parts();
    let body = body::receive(&parts.headers, body, &shared.options.limits, &shared.buffers).await?;
    let slot = shared.requests.take(1).ok_or_else(too_many)?;
    let key = admin_key(&parts.headers, &shared.runtime)?;
    let manager = key.manage_keys().map_err(AuthError::from)?;
    let work: Work = match operation {
        Operation::List => Box::new(move |runtime| list(runtime, &manager)),
        Operation::Create => {
            let wanted: Wanted = read(&parts.headers, &body.bytes)?;
            Box::new(move |runtime| create(runtime, &manager, &wanted))
        }
        Operation::Revoke => {
            let named: Named = read(&parts.headers, &body.bytes)?;
            Box::new(move |runtime| revoke(runtime, &manager, &named))
        }
    };
    let runtime = shared.runtime.clone();
    // It waits for the disk, and goes on when its client hangs up.
    let done = tokio::task::spawn_blocking(move || {
        let _held = (slot, body);
        work(&runtime)
    });
    done.await.unwrap_or_else(|error| Err(lost(error)))
}

/// It panicked, or the process ends before it could begin.
pub(super) fn lost(error: JoinError) -> Problem {
    error
        .try_into_panic()
        .map_or_else(|_| Problem::shutting_down(), |panic| Problem::lost(&*panic))
}

type Work = Box<dyn FnOnce(&Runtime) -> Result<Response, Problem> + Send>;

pub(super) fn read<T: DeserializeOwned>(headers: &http::HeaderMap, body: &[u8]) -> Result<T, Problem> {
    if !is_json(headers) {
        return Err(bad_json("the Content-Type header is not application/json"));
    }
    serde_json::from_slice(body).map_err(bad_json)
}

fn list(runtime: &Runtime, manager: &KeyManager) -> Result<Response, Problem> {
    let keys = runtime.list_keys(manager);
    answer(&List { keys })
}

fn create(runtime: &Runtime, manager: &KeyManager, wanted: &Wanted) -> Result<Response, Problem> {
    let key = runtime.create_key(manager, &wanted.name, &wanted.scopes)?;
    answer(&Made {
        name: &wanted.name,
        key: key.expose(),
    })
}

fn revoke(runtime: &Runtime, manager: &KeyManager, named: &Named) -> Result<Response, Problem> {
    answer(&runtime.revoke_key(manager, &named.name)?)
}

/// An answer that is for nobody else.
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
    // There may be a key in it.
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        let (status, code) = match &error {
            KeyError::BadName => (StatusCode::BAD_REQUEST, "BadKeyName"),
            KeyError::NoScope => (StatusCode::BAD_REQUEST, "NoScope"),
            KeyError::Exists(_) => (StatusCode::CONFLICT, "KeyExists"),
            KeyError::Missing(_) => (StatusCode::NOT_FOUND, "NoSuchKey"),
            KeyError::TooMany => (StatusCode::CONFLICT, "TooManyKeys"),
            KeyError::Store(_) => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"),
        };
        // Only holders of a key with all scopes get here, and they read errors in full.
        Self::new(status, code, format!("Nothing was changed: {error}."))
    }
}
