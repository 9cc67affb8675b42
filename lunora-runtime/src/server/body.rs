//! Reading a request's body: at once, within a size and a time, and without a copy where it came in one piece.

use std::time::Duration;

use axum_core::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::{
    admission::{Quota, Share},
    options::ServerLimits,
    problem::Problem,
};

/// How much of a body that is refused is read and thrown away, so that the client reads the refusal instead of
/// a broken connection.
const MAX_DISCARDED: usize = 64 << 20;

/// A body, and the part of the memory for bodies that it takes.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) bytes: Bytes,
    _share: Option<Share>,
}

/// Reads the body of a request with these headers.
pub(super) async fn receive(
    headers: &HeaderMap,
    body: Body,
    limits: &ServerLimits,
    buffers: &Quota,
) -> Result<Received, Problem> {
    let limit = limits.body_bytes;
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit && headers.contains_key(header::EXPECT) {
        return Err(too_large(limit));
    }
    timeout(limits.body_timeout, read(body, limit, buffers))
        .await
        .unwrap_or_else(|_| Err(too_slow(limits.body_timeout)))
}

async fn read(mut body: Body, limit: usize, buffers: &Quota) -> Result<Received, Problem> {
    let first = next_piece(&mut body).await?.unwrap_or_default();
    if body.is_end_stream() && first.len() <= limit {
        return Ok(Received {
            bytes: first,
            _share: None,
        });
    }
    let collected = collect(first, &mut body, limit, buffers).await;
    if collected.is_err() {
        discard(body).await;
    }
    collected
}

async fn collect(first: Bytes, body: &mut Body, limit: usize, buffers: &Quota) -> Result<Received, Problem> {
    let mut share = buffers.take(first.len()).ok_or_else(no_memory)?;
    let mut whole = BytesMut::from(first);
    while whole.len() <= limit {
        let Some(piece) = next_piece(body).await? else {
            return Ok(Received {
                bytes: whole.freeze(),
                _share: Some(share),
            });
        };
        if !share.grow(piece.len()) {
            return Err(no_memory());
        }
        whole.extend_from_slice(&piece);
    }
    Err(too_large(limit))
}

/// The next bytes that are not none.
async fn next_piece(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    while let Some(frame) = body.frame().await {
        match frame.map_err(|_| broken())?.into_data() {
            Ok(piece) if !piece.is_empty() => return Ok(Some(piece)),
            // Trailers mean nothing here.
            _ => {}
        }
    }
    Ok(None)
}

/// Reads on and keeps nothing.
pub(super) async fn discard(mut body: Body) {
    let mut discarded = 0;
    while discarded < MAX_DISCARDED
        && let Ok(Some(piece)) = next_piece(&mut body).await
    {
        discarded += piece.len();
    }
}

fn too_large(limit: usize) -> Problem {
    let message = format!("The request's body is larger than {limit} bytes (limit: body_bytes).");
    Problem::too_large("BodyTooLarge", message)
}

pub(super) fn no_memory() -> Problem {
    let message = "The server holds too many large requests at the moment (limit: buffered_bytes).";
    Problem::overloaded(message, Duration::from_secs(1))
}

pub(super) fn broken() -> Problem {
    Problem::bad_request(
        "BadBody",
        "The request's body broke off or is not framed as its headers say.",
    )
}

pub(super) fn too_slow(limit: Duration) -> Problem {
    let message = format!("The request's body did not arrive within {limit:?} (limit: body_timeout).");
    Problem::new(StatusCode::REQUEST_TIMEOUT, "BodyTimeout", message)
}
