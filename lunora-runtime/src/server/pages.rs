//! Everything that does not call a function.

use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode};

use super::{
    entry::Shared,
    problem::{Problem, with_type},
};

const VERSION: &str = env!("CARGO_PKG_VERSION");

const HOME: &str = concat!(
    "This is a Lunora server, version ",
    env!("CARGO_PKG_VERSION"),
    ".\n\n\
     Its functions are called with any Convex client, or by hand:\n\n    \
     curl -X POST -H 'Content-Type: application/json' \\\n         \
     -d '{\"path\":\"module:function\",\"args\":{}}' http://<this address>/api/query\n\n\
     (or /api/mutation, /api/action). GET /health says whether it is serving.\n",
);

pub(super) fn home() -> Response {
    text(StatusCode::OK, HOME)
}

pub(super) fn version() -> Response {
    text(StatusCode::OK, VERSION)
}

pub(super) fn instance_name(shared: &Shared) -> Response {
    text(StatusCode::OK, shared.options.name.clone())
}

pub(super) fn health(shared: &Shared) -> Response {
    if shared.lifecycle.is_ending() {
        text(StatusCode::SERVICE_UNAVAILABLE, "shutting down\n")
    } else {
        text(StatusCode::OK, "ok\n")
    }
}

pub(super) async fn not_found() -> Response {
    Problem::new(
        StatusCode::NOT_FOUND,
        "NotFound",
        "There is no such route on this server.",
    )
    .into()
}

pub(super) async fn method_not_allowed() -> Response {
    let message = "This route does not answer to that method; the Allow header has those that it does.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message).into()
}

fn text(status: StatusCode, body: impl Into<Body>) -> Response {
    with_type(
        status,
        HeaderValue::from_static("text/plain; charset=utf-8"),
        body.into(),
    )
}
