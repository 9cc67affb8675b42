//! The one table of routes. Requests are looked up in it, and the boundary test goes through it.

use std::sync::Arc;

use axum_core::{extract::Request, response::Response};
use http::Method;
use lunora_core::reference::Kind;

use super::{
    batch,
    call::{self, Target},
    crons,
    entry::Shared,
    export, http_actions, jobs, keys, logs, moments, pages, sync,
};

/// The method of a route. `HEAD` is answered where `GET` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `GET`, and with it `HEAD`.
    Get,
    /// `POST`.
    Post,
}

/// One route of the server.
#[derive(Debug)]
pub struct Route {
    verb: Verb,
    path: &'static str,
    endpoint: Endpoint,
}

/// What answers on a route.
#[derive(Debug, Clone, Copy)]
enum Endpoint {
    Call(Target),
    QueryTimestamp,
    Batch,
    Export,
    Keys(keys::Operation),
    Jobs(jobs::Operation),
    Crons(crons::Operation),
    Logs,
    Sync,
    Home,
    Health,
    Version,
    InstanceName,
    Asset,
}

/// Everything that this server answers to.
pub const ROUTES: &[Route] = &[
    Route::get("/", Endpoint::Home),
    Route::get("/health", Endpoint::Health),
    Route::get("/version", Endpoint::Version),
    Route::get("/instance_version", Endpoint::Version),
    Route::get("/instance_name", Endpoint::InstanceName),
    Route::post("/api/query", Endpoint::Call(Target::Body(Kind::Query))),
    Route::get("/api/query", Endpoint::Call(Target::QueryString)),
    Route::post("/api/mutation", Endpoint::Call(Target::Body(Kind::Mutation))),
    Route::post("/api/action", Endpoint::Call(Target::Body(Kind::Action))),
    Route::post("/api/function", Endpoint::Call(Target::AnyKind)),
    Route::post("/api/run/{*path}", Endpoint::Call(Target::Address)),
    Route::post("/api/query_ts", Endpoint::QueryTimestamp),
    Route::post("/api/query_at_ts", Endpoint::Call(Target::AtTimestamp)),
    Route::post("/api/query_batch", Endpoint::Batch),
    Route::get("/api/sync", Endpoint::Sync),
    Route::get("/api/{version}/sync", Endpoint::Sync),
    Route::post("/api/admin/export", Endpoint::Export),
    Route::get("/api/admin/keys", Endpoint::Keys(keys::Operation::List)),
    Route::post("/api/admin/keys/create", Endpoint::Keys(keys::Operation::Create)),
    Route::post("/api/admin/keys/revoke", Endpoint::Keys(keys::Operation::Revoke)),
    Route::post("/api/admin/jobs/list", Endpoint::Jobs(jobs::Operation::List)),
    Route::post("/api/admin/jobs/show", Endpoint::Jobs(jobs::Operation::Show)),
    Route::post("/api/admin/jobs/cancel", Endpoint::Jobs(jobs::Operation::Cancel)),
    Route::post("/api/admin/jobs/retry", Endpoint::Jobs(jobs::Operation::Retry)),
    Route::get("/api/admin/crons", Endpoint::Crons(crons::Operation::List)),
    Route::post("/api/admin/crons/run", Endpoint::Crons(crons::Operation::Run)),
    Route::post("/api/admin/logs", Endpoint::Logs),
    // Only what none of the others answers to, and none of it under /api: HTTP actions, by any method, and files.
    Route::get("/{*path}", Endpoint::Asset),
];

impl Route {
    const fn get(path: &'static str, endpoint: Endpoint) -> Self {
        Self {
            verb: Verb::Get,
            path,
            endpoint,
        }
    }

    const fn post(path: &'static str, endpoint: Endpoint) -> Self {
        Self {
            verb: Verb::Post,
            path,
            endpoint,
        }
    }

    /// The method.
    pub const fn verb(&self) -> Verb {
        self.verb
    }

    /// The path, with `{version}` where any one part may stand, and `{*path}` where anything may.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Whether HTTP actions are looked up before it.
    pub(super) const fn comes_last(&self) -> bool {
        matches!(self.endpoint, Endpoint::Home | Endpoint::Asset)
    }

    /// Whether a request for `path` by `method` ends here.
    pub(super) fn matches(&self, method: &Method, path: &str) -> bool {
        self.takes(method) && self.covers(path)
    }

    fn takes(&self, method: &Method) -> bool {
        match self.verb {
            Verb::Get => method == Method::GET || method == Method::HEAD,
            Verb::Post => method == Method::POST,
        }
    }

    fn covers(&self, path: &str) -> bool {
        if let Some(prefix) = self.path.strip_suffix("{*path}") {
            let is_api = path == "/api" || path.starts_with("/api/");
            return path.len() > prefix.len() && path.starts_with(prefix) && (prefix != "/" || !is_api);
        }
        match self.path.split_once("{version}") {
            Some((prefix, suffix)) => path
                .strip_prefix(prefix)
                .and_then(|rest| rest.strip_suffix(suffix))
                .is_some_and(|version| !version.is_empty() && !version.contains('/')),
            None => path == self.path,
        }
    }

    /// As the `Allow` header names it.
    const fn methods(&self) -> &'static str {
        match self.verb {
            Verb::Get => "GET,HEAD",
            Verb::Post => "POST",
        }
    }
}

/// Where a request goes.
enum Found {
    Endpoint(Endpoint),
    /// The path is there for other methods: these.
    OtherMethods(String),
}

/// Nearly all requests are for a path that stands in the table letter by letter.
fn find(method: &Method, path: &str) -> Found {
    let as_it_stands = ROUTES
        .iter()
        .find(|route| route.path == path && route.takes(method));
    as_it_stands.map_or_else(
        || find_pattern(method, path),
        |route| Found::Endpoint(route.endpoint),
    )
}

fn find_pattern(method: &Method, path: &str) -> Found {
    let first = ROUTES.iter().find(|route| route.covers(path));
    // For all methods: what is nothing is not found, and not something that cannot be posted to.
    let Some(first) = first.filter(|route| !route.comes_last()) else {
        return Found::Endpoint(Endpoint::Asset);
    };
    let alike = ROUTES.iter().filter(|route| route.path == first.path);
    match alike.clone().find(|route| route.takes(method)) {
        Some(route) => Found::Endpoint(route.endpoint),
        None => Found::OtherMethods(alike.map(Route::methods).collect::<Vec<_>>().join(",")),
    }
}

/// Answers a request.
pub(super) async fn answer(shared: &Arc<Shared>, request: Request) -> Response {
    match find(request.method(), request.uri().path()) {
        Found::Endpoint(endpoint) => answer_at(endpoint, shared, request).await,
        Found::OtherMethods(methods) => pages::method_not_allowed(&methods),
    }
}

async fn answer_at(endpoint: Endpoint, shared: &Arc<Shared>, request: Request) -> Response {
    match endpoint {
        Endpoint::Call(target) => call::call(target, shared, request).await,
        Endpoint::QueryTimestamp => moments::query_ts(shared, request).await,
        Endpoint::Batch => batch::batch(shared, request).await,
        Endpoint::Export => export::export(shared, request).await,
        Endpoint::Keys(operation) => keys::keys(operation, shared, request).await,
        Endpoint::Jobs(operation) => jobs::jobs(operation, shared, request).await,
        Endpoint::Crons(operation) => crons::crons(operation, shared, request).await,
        Endpoint::Logs => logs::logs(shared, request).await,
        Endpoint::Sync => sync::upgrade(shared, request),
        Endpoint::Health => pages::health(shared),
        Endpoint::Version => pages::version(),
        Endpoint::InstanceName => pages::instance_name(shared),
        Endpoint::Home | Endpoint::Asset => http_actions::answer(shared, request).await,
    }
}
