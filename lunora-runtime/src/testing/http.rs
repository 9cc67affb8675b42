//! HTTP requests without a socket.

use std::{fmt, sync::Arc};

use axum_core::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Builder};
use http_body_util::BodyExt;
use lunora_core::{
    error::{Error, Result},
    identity::Identity,
};
use serde::{Serialize, de::DeserializeOwned};

use super::TestApp;
use crate::server::InProcess;

/// A request of a test. It goes the way of one that comes over the network, from the routes on: those of the server come
/// first, then HTTP actions, then files. The server has the options that it has by default.
///
/// Not part of it is what is done with connections: limits on their number and on heads and the time that those take, and
/// `/api/sync`, which answers 426, because a socket needs a network. (Live queries are [`TestApp::watch`].)
#[must_use = "a request does nothing until it is sent"]
pub struct TestRequest {
    server: InProcess,
    user: Option<Arc<Identity>>,
    head: Builder,
    body: Result<Bytes>,
}

/// The answer to it.
#[derive(Debug, Clone)]
pub struct TestResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl TestApp {
    /// A request, to an HTTP action as a rule: `app.http(Method::POST, "/stripe/webhook").json(&event).send().await?`.
    ///
    /// It is made for the user of [`as_user`](Self::as_user), if there is one; a token or an admin key in its headers counts
    /// otherwise, and at routes for administrators in any case.
    pub fn http(&self, method: Method, address: &str) -> TestRequest {
        TestRequest {
            server: self.in_process().clone(),
            user: self.identity().cloned(),
            head: http::Request::builder().method(method).uri(address),
            body: Ok(Bytes::new()),
        }
    }
}

impl TestRequest {
    /// With a header.
    pub fn header(mut self, name: impl TryInto<HeaderName>, value: impl TryInto<HeaderValue>) -> Self {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => self.head = self.head.header(name, value),
            _ => self.body = Err(Error::internal("this is no header")),
        }
        self
    }

    /// With these bytes as its body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = self.body.map(|_| body.into());
        self
    }

    /// With a value as JSON, and the header that says so.
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        self.body = serde_json::to_vec(value).map(Bytes::from).map_err(Error::from);
        self.header(header::CONTENT_TYPE, "application/json")
    }

    /// Sends it, and waits for the whole answer. An error is a mistake in the request itself, or an answer that broke
    /// off.
    pub async fn send(self) -> Result<TestResponse> {
        let request = self.head.body(Body::from(self.body?))?;
        let is_head = request.method() == Method::HEAD;
        let (head, body) = self.server.answer(self.user, request).await.into_parts();
        let body = if is_head {
            Bytes::new()
        } else {
            body.collect().await?.to_bytes()
        };
        Ok(TestResponse {
            status: head.status,
            headers: head.headers,
            body,
        })
    }
}

impl TestResponse {
    /// The status, as a number.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// A header, if it is there and visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    pub const fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text.
    pub fn text(&self) -> Result<&str> {
        Ok(str::from_utf8(&self.body)?)
    }

    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}

impl fmt::Debug for TestRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestRequest")
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}
