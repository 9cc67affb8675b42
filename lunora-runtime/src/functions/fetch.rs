//! `ctx.fetch`.

use std::{fmt, future::IntoFuture, time::Duration};

use lunora_core::error::Result;
use reqwest::{Client, Method, Request, RequestBuilder, Response, header::HeaderMap};
use serde::Serialize;

use super::BoxFuture;

/// The client of all requests, which keeps connections open between them.
pub(super) fn client() -> Client {
    install_crypto();
    Client::new()
}

/// The client for servers of this kind. What is said to them, a key with all rights and a whole database, passes no proxy
/// and follows no redirection.
pub(crate) fn direct_client() -> reqwest::Result<Client> {
    install_crypto();
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
}

/// A server that is there answers the knock, however busy it is.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// TLS needs somebody's cryptography; it is ring's.
pub(super) fn install_crypto() {
    // An application that has installed another provider keeps it.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A request to the world, sent when it is awaited. A GET unless told otherwise.
///
/// The answer is reqwest's; a status of 4xx or 5xx is an answer like any other
/// (`response.error_for_status()?` makes it an error).
#[must_use = "a request is sent when it is awaited"]
pub struct Fetch {
    client: Client,
    request: reqwest::Result<Request>,
}

impl Fetch {
    pub(super) fn new(client: &Client, url: &str) -> Self {
        Self {
            client: client.clone(),
            request: client.get(url).build(),
        }
    }

    fn change(self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        let builder = |request| RequestBuilder::from_parts(self.client.clone(), request);
        let request = self.request.and_then(|request| change(builder(request)).build());
        Self { request, ..self }
    }

    /// Another method than GET.
    pub fn method(mut self, method: Method) -> Self {
        if let Ok(request) = &mut self.request {
            *request.method_mut() = method;
        }
        self
    }

    /// A POST.
    pub fn post(self) -> Self {
        self.method(Method::POST)
    }

    /// A header.
    pub fn header(self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.change(|request| request.header(name.as_ref(), value.as_ref()))
    }

    /// Many headers.
    pub fn headers(self, headers: HeaderMap) -> Self {
        self.change(|request| request.headers(headers))
    }

    /// `Authorization: Bearer ..`
    pub fn bearer(self, token: impl fmt::Display) -> Self {
        self.change(|request| request.bearer_auth(token))
    }

    /// A body as JSON, with its `Content-Type`.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        self.change(|request| request.json(body))
    }

    /// A body as it is.
    pub fn body(self, body: impl Into<reqwest::Body>) -> Self {
        self.change(|request| request.body(body))
    }

    /// Ends the request with an error after this long; the action's own limit holds as well.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.change(|request| request.timeout(timeout))
    }
}

impl IntoFuture for Fetch {
    type Output = Result<Response>;
    type IntoFuture = BoxFuture<'static, Result<Response>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.client.execute(self.request?).await?) })
    }
}

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fetch").field(&self.request).finish()
    }
}
