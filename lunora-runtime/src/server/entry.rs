//! Where every request comes in and every answer goes out.

use std::{convert::Infallible, pin::Pin, sync::Arc, time::Instant};

use axum_core::{body::Body, response::Response};
use http::{Method, Request, StatusCode, Uri, request::Parts, uri::PathAndQuery};
use hyper::body::Incoming;

use super::{
    admission::Quota,
    assets::Assets,
    cors::Cors,
    lifecycle::Lifecycle,
    options::ServerOptions,
    routes::{self, ROUTES, Route},
};
use crate::functions::{Found, RequestId, Runtime};

/// What all requests of a server have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) runtime: Runtime,
    pub(super) options: ServerOptions,
    pub(super) lifecycle: Lifecycle,
    pub(super) requests: Quota,
    /// Apart from the others: uploads and streams may take long.
    pub(super) http_requests: Quota,
    pub(super) exports: Quota,
    pub(super) log_readers: Quota,
    pub(super) buffers: Quota,
    pub(super) unread: Quota,
    /// What the arguments of all subscriptions take.
    pub(super) subscribed: Quota,
    /// Connections of which hooks have been told, until the last hook is over.
    pub(super) announced: Quota,
    pub(super) assets: Assets,
}

impl Shared {
    pub(super) fn new(runtime: Runtime, options: ServerOptions) -> Self {
        let limits = &options.limits;
        Self {
            lifecycle: Lifecycle::new(),
            requests: Quota::new(limits.concurrent_requests),
            http_requests: Quota::new(limits.concurrent_http_actions),
            exports: Quota::new(limits.concurrent_exports),
            log_readers: Quota::new(limits.concurrent_log_readers),
            buffers: Quota::new(limits.buffered_bytes),
            unread: Quota::new(limits.unread_bytes),
            subscribed: Quota::new(limits.socket.subscription_bytes),
            announced: Quota::new(limits.connections),
            assets: Assets::new(runtime.assets()),
            runtime,
            options,
        }
    }
}

/// The id that the request got when it came in.
pub(super) fn request_id(parts: &Parts) -> RequestId {
    let id = parts.extensions.get().copied();
    id.unwrap_or_else(RequestId::random)
}

/// Answers requests.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    shared: Arc<Shared>,
}

impl Entry {
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Answers a request, wherever it comes from.
    pub(super) fn answer(&self, mut request: Request<Body>) -> impl Future<Output = Response> + Send + use<> {
        drop_repeated_slashes(request.uri_mut());
        let id = RequestId::random();
        let line = AccessLine::start(id, &request, &self.shared.runtime);
        let cors = Cors::of(
            &self.shared.options.cors,
            request.method(),
            request.uri(),
            request.headers(),
        );
        request.extensions_mut().insert(id);
        let shared = Arc::clone(&self.shared);
        async move {
            let mut response = match &cors {
                Some(cors) if cors.is_preflight() => Response::new(Body::empty()),
                _ => routes::answer(&shared, request).await,
            };
            if let Some(cors) = cors {
                cors.apply(response.headers_mut());
            }
            if let Some(line) = line {
                line.write(response.status());
            }
            response
        }
    }
}

impl hyper::service::Service<Request<Incoming>> for Entry {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let answer = self.answer(request.map(Body::new));
        Box::pin(async move { Ok(answer.await) })
    }
}

/// Socket clients append `/api/../sync` to whatever address they were given, and get `//api/..` if that ended with a
/// slash. Other addresses mean what they say.
fn drop_repeated_slashes(uri: &mut Uri) {
    let Some(target) = uri.path_and_query().map(PathAndQuery::as_str) else {
        return;
    };
    let rest = target.trim_start_matches('/');
    if target.len() - rest.len() < 2 || !uri.path().ends_with("/sync") {
        return;
    }
    if let Ok(path) = PathAndQuery::try_from(format!("/{rest}")) {
        *uri = Uri::from(path);
    }
}

/// One line in the log for each request, the same for a refusal and for a missing function: it names the route and
/// never the function.
#[derive(Debug)]
struct AccessLine {
    id: RequestId,
    method: Method,
    route: &'static str,
    start: Instant,
}

impl AccessLine {
    /// Nothing, at no cost, unless somebody reads such lines.
    fn start(id: RequestId, request: &Request<Body>, runtime: &Runtime) -> Option<Self> {
        tracing::enabled!(tracing::Level::DEBUG).then(|| {
            let (method, path) = (request.method().clone(), request.uri().path());
            Self {
                id,
                route: route(runtime, &method, path),
                method,
                start: Instant::now(),
            }
        })
    }

    fn write(self, status: StatusCode) {
        let Self {
            id,
            method,
            route,
            start,
        } = self;
        let status = status.as_u16();
        tracing::debug!(request_id = %id, %method, route, status, duration = ?start.elapsed(), "answered");
    }
}

/// The path of the route that answers, as it is written in the program.
fn route(runtime: &Runtime, method: &Method, path: &str) -> &'static str {
    let route = ROUTES.iter().find(|route| route.matches(method, path));
    match route.filter(|route| !route.comes_last()) {
        Some(route) => route.path(),
        None => match runtime.http_actions().find(method, path) {
            Found::Action(found) => found.route(),
            _ => route.map_or("none", Route::path),
        },
    }
}
