//! The routes under `/api/admin/keys`: making, listing and revoking admin keys, for holders of a key with all scopes.

use axum_core::{extract::Request, response::Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    admin::{Work, admit, answer},
    entry::Shared,
    problem::Problem,
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
    let (key, admitted) = admit(shared, request).await?;
    let manager = key.manage_keys().map_err(AuthError::from)?;
    let work: Work = match operation {
        Operation::List => Box::new(move |runtime| list(runtime, &manager)),
        Operation::Create => {
            let wanted: Wanted = admitted.read()?;
            Box::new(move |runtime| create(runtime, &manager, &wanted))
        }
        Operation::Revoke => {
            let named: Named = admitted.read()?;
            Box::new(move |runtime| revoke(runtime, &manager, &named))
        }
    };
    admitted.carry_out(shared, work).await
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
