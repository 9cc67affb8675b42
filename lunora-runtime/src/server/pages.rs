//! Everything that does not call a function.

use axum_core::{body::Body, response::Response};
use http::{HeaderValue, Method, StatusCode, header};

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
    } else if shared.runtime.has_failed() {
        text(StatusCode::SERVICE_UNAVAILABLE, "the store has failed\n")
    } else {
        text(StatusCode::OK, "ok\n")
    }
}

pub(super) fn not_found() -> Response {
    Problem::new(
        StatusCode::NOT_FOUND,
        "NotFound",
        "There is no such route on this server.",
    )
    .into()
}

/// Says which methods the route answers to.
pub(super) fn method_not_allowed(methods: &str) -> Response {
    let message = "This route does not answer to that method; the Allow header has those that it does.";
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message);
    let mut response = Response::from(problem);
    if let Ok(methods) = HeaderValue::from_str(methods) {
        response.headers_mut().insert(header::ALLOW, methods);
    }
    response
}

/// The same, of methods in any order.
pub(super) fn only_by(methods: &[Method]) -> Response {
    let mut methods: Vec<_> = methods.iter().map(Method::as_str).collect();
    methods.sort_unstable();
    methods.dedup();
    method_not_allowed(&methods.join(","))
}

fn text(status: StatusCode, body: impl Into<Body>) -> Response {
    with_type(
        status,
        HeaderValue::from_static("text/plain; charset=utf-8"),
        body.into(),
    )
}

#[cfg(test)]
mod tests {
    use std::{sync::atomic::Ordering, time::Duration};

    use super::*;
    use crate::{
        database::OpenOptions,
        functions::{App, EngineOptions, Runtime},
        server::ServerOptions,
        store::{Breaks, Commit, Memory, Store, StoreError, Timestamp, memory_that_fails},
    };

    /// A server on a store that works; then what `fails` does ends it.
    fn ends(fails: impl FnOnce(&Memory, &Breaks)) {
        let (store, breaks) = memory_that_fails();
        let runtime = Runtime::open(
            App::__new(&[]),
            store.clone(),
            EngineOptions::default(),
            OpenOptions::default(),
        )
        .unwrap();
        let shared = Shared::new(runtime.clone(), ServerOptions::default());
        assert_eq!(health(&shared).status(), StatusCode::OK);
        fails(&store, &breaks);
        // No call was under way that could have told.
        let failed = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap()
            .block_on(async { tokio::time::timeout(Duration::from_secs(10), runtime.failed()).await });
        assert!(matches!(failed, Ok(StoreError::Failed(_))), "{failed:?}");
        assert_eq!(health(&shared).status(), StatusCode::SERVICE_UNAVAILABLE);
    }

    fn write(store: &Memory, keys: u16) {
        let commit = Commit {
            ts: Timestamp(store.ordered().0 + 1),
            writes: (0..keys)
                .map(|key| (key.to_be_bytes().to_vec().into(), Some("value".into())))
                .collect(),
        };
        store.append(store.ordered(), &commit).unwrap();
    }

    #[test]
    fn a_checkpoint_that_fails_ends_the_process_and_its_health() {
        ends(|store, breaks| {
            breaks.writes.store(true, Ordering::SeqCst);
            write(store, 1);
            store.checkpoint().unwrap_err();
        });
    }

    #[test]
    fn a_read_that_fails_ends_the_process_and_its_health() {
        ends(|store, breaks| {
            write(store, 1_000);
            store.checkpoint().unwrap();
            breaks.reads.store(true, Ordering::SeqCst);
            let snapshot = store.snapshot(store.ordered()).unwrap();
            snapshot.get(&[0, 0]).unwrap_err();
        });
    }
}
