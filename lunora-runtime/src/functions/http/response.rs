//! What an HTTP action answers.

use std::{fmt, pin::Pin};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use lunora_core::error::{Error, Result};
use serde::Serialize;

use super::request::CONTENT_TYPE;

/// The answer of an HTTP action.
///
/// ```
/// use lunora_runtime::functions::Response;
///
/// let _ = Response::json(&["a", "b"]).header("cache-control", "no-store");
/// let _ = Response::text("no such thing").status(404);
/// let _ = Response::empty().status(204);
/// ```
///
/// A status or header that is none, and a value that is no JSON, make the answer a 500, with the reason in the log.
/// The headers that frame a message (`Content-Length`, `Transfer-Encoding`, `Connection`, `Upgrade`) are the server's.
#[derive(Debug)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: ResponseBody,
    mistake: Option<Error>,
}

/// A body that is made while it is sent.
pub type Streamed = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// What stands in an answer.
pub enum ResponseBody {
    /// All of it.
    Whole(Bytes),
    /// Piece by piece, to the end.
    Streamed(Streamed),
    /// Piece by piece, until the server stops.
    Endless(Streamed),
}

impl Response {
    /// Without a body, with status 200.
    pub fn empty() -> Self {
        Self::of(ResponseBody::Whole(Bytes::new()))
    }

    /// These bytes, as `application/octet-stream` unless a header says otherwise.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::typed("application/octet-stream", bytes.into())
    }

    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::typed("text/plain; charset=utf-8", text.into().into())
    }

    /// A page.
    pub fn html(page: impl Into<String>) -> Self {
        Self::typed("text/html; charset=utf-8", page.into().into())
    }

    /// A value as JSON, as serde writes it.
    pub fn json(value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => Self::typed("application/json", json.into()),
            Err(error) => Self::empty().mistaken(format!("the value is no JSON: {error}")),
        }
    }

    /// What a stream gives, as it comes. After an error the connection is cut, so that nobody takes it for complete.
    ///
    /// The stream is polled by the connection, once its client has read what came before. It is dropped when the client is
    /// gone, which shows when a piece is sent, and when it gives nothing for a minute (`stream_pause`). It has no context:
    /// read what it needs first. A server that stops lets it go on for `shutdown_timeout`, and then cuts the connection.
    pub fn stream<B, E>(stream: impl Stream<Item = Result<B, E>> + Send + 'static) -> Self
    where
        B: Into<Bytes>,
        E: Into<Error>,
    {
        Self::of(ResponseBody::Streamed(converted(stream)))
    }

    /// The same for a stream that has no end of its own, such as events: when the server stops, it ends at once between
    /// two pieces, as complete.
    pub fn endless<B, E>(stream: impl Stream<Item = Result<B, E>> + Send + 'static) -> Self
    where
        B: Into<Bytes>,
        E: Into<Error>,
    {
        Self::of(ResponseBody::Endless(converted(stream)))
    }

    /// The client is to go on at `location`, with a GET (303).
    pub fn redirect(location: &str) -> Self {
        Self::empty()
            .status(StatusCode::SEE_OTHER)
            .header("location", location)
    }

    fn of(body: ResponseBody) -> Self {
        Self {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body,
            mistake: None,
        }
    }

    fn typed(content_type: &'static str, bytes: Bytes) -> Self {
        let mut response = Self::of(ResponseBody::Whole(bytes));
        response
            .headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        response
    }

    /// The same with a status, from 200 to 599: `404` or `StatusCode::NOT_FOUND`.
    #[must_use]
    pub fn status(mut self, status: impl TryInto<StatusCode>) -> Self {
        match status
            .try_into()
            .ok()
            .filter(|status| (200..600).contains(&status.as_u16()))
        {
            Some(status) => self.status = status,
            None => return self.mistaken("its status is not one from 200 to 599".to_owned()),
        }
        self
    }

    /// The same with a header, in the place of those of its name.
    #[must_use]
    pub fn header(self, name: impl TryInto<HeaderName>, value: impl TryInto<HeaderValue>) -> Self {
        self.with_header(name, value, |headers, name, value| {
            headers.insert(name, value);
        })
    }

    /// The same with one more header of this name, such as `Set-Cookie`.
    #[must_use]
    pub fn append_header(self, name: impl TryInto<HeaderName>, value: impl TryInto<HeaderValue>) -> Self {
        self.with_header(name, value, |headers, name, value| {
            headers.append(name, value);
        })
    }

    fn with_header(
        mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
        add: impl FnOnce(&mut HeaderMap, HeaderName, HeaderValue),
    ) -> Self {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => add(&mut self.headers, name, value),
            (Ok(name), Err(_)) => {
                return self.mistaken(format!("the header `{name}` cannot have such a value"));
            }
            (Err(_), _) => return self.mistaken("there is a header with an impossible name".to_owned()),
        }
        self
    }

    fn mistaken(mut self, why: String) -> Self {
        self.mistake
            .get_or_insert_with(|| Error::internal(format!("the response cannot be sent: {why}")));
        self
    }

    /// The response, if there is nothing wrong with it.
    pub(super) fn checked(mut self) -> Result<Self> {
        self.mistake.take().map_or(Ok(self), Err)
    }

    /// Status, headers and body.
    pub(crate) fn into_parts(self) -> (StatusCode, HeaderMap, ResponseBody) {
        (self.status, self.headers, self.body)
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => f.debug_tuple("Whole").field(bytes).finish(),
            Self::Streamed(_) => f.debug_tuple("Streamed").finish_non_exhaustive(),
            Self::Endless(_) => f.debug_tuple("Endless").finish_non_exhaustive(),
        }
    }
}

fn converted<B, E>(stream: impl Stream<Item = Result<B, E>> + Send + 'static) -> Streamed
where
    B: Into<Bytes>,
    E: Into<Error>,
{
    Box::pin(Converted(Box::pin(stream)))
}

/// A stream of what converts into our types.
struct Converted<S>(Pin<Box<S>>);

impl<B: Into<Bytes>, E: Into<Error>, S: Stream<Item = Result<B, E>>> Stream for Converted<S> {
    type Item = Result<Bytes>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        task: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes>>> {
        let piece = self.0.as_mut().poll_next(task);
        piece.map(|piece| piece.map(|piece| piece.map(Into::into).map_err(Into::into)))
    }
}
