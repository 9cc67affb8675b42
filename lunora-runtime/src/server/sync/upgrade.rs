//! The request that a WebSocket begins with (RFC 6455, section 4.2).

use std::sync::Arc;

use axum_core::{body::Body, extract::Request, response::Response};
use data_encoding::BASE64;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use hyper::upgrade::{OnUpgrade, Parts, Upgraded};
use hyper_util::rt::TokioIo;
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};

use super::connection::Connection;
use crate::server::{
    caller, cors::AllowedOrigins, entry::Shared, lifecycle::Watch, problem::Problem, stream::Stream,
};
use crate::triggers::Arrival;

const VERSION: &str = "13";
/// Most of what a client calls itself that is kept, in bytes.
const MAX_USER_AGENT: usize = 512;
/// Stands behind the client's key in what is hashed.
const SUFFIX: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Answers the request, and serves the connection once the answer is out.
pub(in crate::server) fn upgrade(shared: &Arc<Shared>, mut request: Request) -> Response {
    let accept = match accepted(shared, request.headers()) {
        Ok(accept) => accept,
        Err(problem) => return refusal(problem),
    };
    // The route is there for HEAD as well.
    if request.method() != Method::GET || request.extensions().get::<OnUpgrade>().is_none() {
        return refusal(not_an_upgrade());
    }
    let upgraded = hyper::upgrade::on(&mut request);
    let headers = std::mem::take(request.headers_mut());
    // Taken here, so that a server which ends waits for it.
    let end = shared.lifecycle.watch();
    tokio::spawn(serve(Arc::clone(shared), upgraded, headers, end));
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    response
}

async fn serve(shared: Arc<Shared>, upgraded: OnUpgrade, headers: HeaderMap, end: Watch) {
    // The client may be gone before it has its answer.
    let Ok(upgraded) = upgraded.await else { return };
    let Some((stream, read)) = stream_of(upgraded) else {
        tracing::error!("a connection came back from its upgrade as something else");
        return;
    };
    let (arrival, problem) = match arrival(&shared, &stream, &headers).await {
        Ok(arrival) => (arrival, None),
        Err(problem) => (None, Some(problem)),
    };
    let connection = Connection::new(&shared, stream, &read, arrival);
    // A socket lives long, and what its request was read into is of no use to it.
    drop((headers, read, shared));
    match problem {
        None => connection.serve(end).await,
        Some(problem) => {
            tracing::debug!(?problem, "a caller could not be checked");
            connection.turn_away(end).await;
        }
    }
}

/// Who has connected, as far as somebody wants to know. While a token cannot be checked, nobody knows.
async fn arrival(shared: &Shared, stream: &Stream, headers: &HeaderMap) -> Result<Option<Arrival>, Problem> {
    if !shared.runtime.wants_connections() {
        return Ok(None);
    }
    let user_agent = headers
        .get(header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    Ok(Some(Arrival {
        identity: caller::identity(headers, &shared.runtime).await?,
        address: stream.peer().map(|address| address.ip().to_string()),
        user_agent: user_agent.map(|agent| agent[..agent.floor_char_boundary(MAX_USER_AGENT)].to_owned()),
    }))
}

fn stream_of(upgraded: Upgraded) -> Option<(Stream, hyper::body::Bytes)> {
    let Parts { io, read_buf, .. } = upgraded.downcast::<TokioIo<Stream>>().ok()?;
    Some((io.into_inner(), read_buf))
}

/// What the answer has to prove that the request was understood with.
fn accepted(shared: &Shared, headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    if shared.lifecycle.is_ending() {
        return Err(Problem::shutting_down());
    }
    check_origin(&shared.options.cors, headers)?;
    if !has(headers, header::CONNECTION, "upgrade") || !has(headers, header::UPGRADE, "websocket") {
        return Err(not_an_upgrade());
    }
    if headers
        .get(header::SEC_WEBSOCKET_VERSION)
        .is_none_or(|version| version != VERSION)
    {
        return Err(not_an_upgrade());
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
    key.and_then(accept_of).ok_or_else(|| {
        Problem::bad_request("BadWebSocketKey", "Sec-WebSocket-Key must be 16 bytes in base64.")
    })
}

/// Pages of other origins cannot forge a caller, because who calls is said in a message and not in a cookie. But a list
/// of origins is a list of origins.
fn check_origin(allowed: &AllowedOrigins, headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(header::ORIGIN) {
        Some(origin) if !allowed.allow(origin) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "OriginNotAllowed",
            "Pages of this origin may not connect to this server.",
        )),
        _ => Ok(()),
    }
}

/// Whether a header that is a list has this word in it.
fn has(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    let values = headers.get_all(name);
    let words = values.iter().filter_map(|value| value.to_str().ok());
    words
        .flat_map(|value| value.split(','))
        .any(|found| found.trim().eq_ignore_ascii_case(word))
}

fn accept_of(key: &[u8]) -> Option<HeaderValue> {
    let decoded = BASE64.decode(key).ok()?;
    if decoded.len() != 16 {
        return None;
    }
    let mut hash = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    hash.update(key);
    hash.update(SUFFIX);
    HeaderValue::try_from(BASE64.encode(hash.finish().as_ref())).ok()
}

fn not_an_upgrade() -> Problem {
    Problem::new(
        StatusCode::UPGRADE_REQUIRED,
        "UpgradeRequired",
        "This address is for WebSockets (version 13).",
    )
}

fn refusal(problem: Problem) -> Response {
    let mut response = Response::from(problem);
    if response.status() == StatusCode::UPGRADE_REQUIRED {
        let headers = response.headers_mut();
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static(VERSION));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::accept_of;

    #[test]
    fn the_proof_is_that_of_the_standard() {
        // RFC 6455, section 1.3.
        let accept = accept_of(b"dGhlIHNhbXBsZSBub25jZQ==").unwrap();
        assert_eq!(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        for key in [&b""[..], b"dGhl", b"not base64 at all, really"] {
            assert!(accept_of(key).is_none());
        }
    }
}
