//! What an HTTP action gets.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri, header, request::Parts};
use lunora_core::error::{Error, Result};
use serde::de::DeserializeOwned;

use super::{
    Body,
    params::{self, Mismatch, Pairs},
    refusal::{bad_request, refusal},
};

/// A request for an HTTP action.
///
/// What cannot be read as the type that is asked for is an error for the sender, with a status from 400 on and a text
/// that says what was expected; `?` hands it on.
#[derive(Debug)]
pub struct Request {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    params: Pairs,
    body: Body,
}

impl Request {
    pub(super) fn new(head: Parts, params: Vec<(&'static str, String)>, body: Body) -> Self {
        Self {
            method: head.method,
            uri: head.uri,
            headers: head.headers,
            params: params
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            body,
        }
    }

    /// The method: that of the route, or `HEAD` where the route is for `GET`.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The address as it was sent.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// A header, if it is there and visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The named parts of the path, decoded: a struct by their names, a tuple by their order, or the value itself if
    /// there is one.
    ///
    /// A value that is not of its type is a 400. A type that has other names than the route is a mistake in the
    /// program, and a 500.
    pub fn path<T: DeserializeOwned>(&self) -> Result<T> {
        params::read(&self.params).map_err(|mismatch| match mismatch {
            Mismatch::Value { .. } => bad_request("InvalidPath", format!("In the path, {mismatch}.")),
            Mismatch::Other(_) => Error::internal(format!(
                "the parts of the path are not what was asked for: {mismatch}"
            )),
        })
    }

    /// The query string: a struct or a map. A name that comes several times is a `Vec`.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T> {
        let query = self.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        params::read(&pairs)
            .map_err(|mismatch| bad_request("InvalidQuery", format!("In the query string, {mismatch}.")))
    }

    /// The body as JSON. Its `Content-Type` has to say that it is: a web page of somebody else can send other types
    /// without being asked by the browser whether it may.
    pub async fn json<T: DeserializeOwned>(&mut self) -> Result<T> {
        if !self.header("content-type").is_some_and(is_json) {
            let message = "The body has to be JSON: `Content-Type: application/json`.";
            return Err(refusal(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UnsupportedMediaType",
                message,
            ));
        }
        let body = self.bytes().await?;
        serde_json::from_slice(&body)
            .map_err(|error| bad_request("InvalidJson", format!("In the body, {error}.")))
    }

    /// The body as text.
    pub async fn text(&mut self) -> Result<String> {
        let body = self.bytes().await?;
        String::from_utf8(body.into()).map_err(|_| bad_request("InvalidText", "The body is not UTF-8."))
    }

    /// The whole body.
    pub async fn bytes(&mut self) -> Result<Bytes> {
        self.body.collect().await
    }

    /// The body as it arrives.
    pub fn body(&mut self) -> &mut Body {
        &mut self.body
    }

    /// The body by itself, to be handed on: `Response::stream(request.into_body())` sends it back.
    pub fn into_body(self) -> Body {
        self.body
    }
}

/// `application/json` or `application/…+json`, with parameters or without.
fn is_json(content_type: &str) -> bool {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence
        .strip_prefix("application/")
        .is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
}

/// The header that says what is in a body.
pub(super) const CONTENT_TYPE: http::HeaderName = header::CONTENT_TYPE;

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn types_that_are_json() {
        for yes in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/cloudevents+json",
        ] {
            assert!(is_json(yes), "{yes}");
        }
        for no in [
            "",
            "text/plain",
            "text/json",
            "application/jsonp",
            "application/x-www-form-urlencoded",
        ] {
            assert!(!is_json(no), "{no}");
        }
    }
}
