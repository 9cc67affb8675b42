//! `/api/admin/logs`: what the server has written to its log lately, and goes on to write, for holders of an admin key
//! with scope `read-data`. There may be data in it.
//!
//! Lines are kept in a [`LogRing`] of bounded size. A reader has a place in it and is told how many lines went by when it
//! is too slow; it holds nobody up.

mod line;
mod ring;
mod tail;

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum_core::{body::Body, extract::Request, response::Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use http_body::Frame;
use tokio::sync::mpsc;

use self::tail::{Tail, Wanted};
pub use self::{
    line::{LogLevel, LogLine},
    ring::LogRing,
};
use super::{
    admin::admit,
    entry::Shared,
    problem::{Problem, with_type},
};
use crate::functions::AuthError;

const LINES: HeaderValue = HeaderValue::from_static("application/x-ndjson");
/// How many pieces may wait for the client to read; then its place in the ring stays where it is.
const PIECES: usize = 4;

/// Answers with lines of JSON.
pub(super) async fn logs(shared: &Shared, request: Request) -> Response {
    try_logs(shared, request).await.unwrap_or_else(Response::from)
}

async fn try_logs(shared: &Shared, request: Request) -> Result<Response, Problem> {
    let (key, admitted) = admit(shared, request).await?;
    let reader = key.read_data().map_err(AuthError::from)?;
    let wanted: Wanted = admitted.read()?;
    let place = shared.log_readers.take(1).ok_or_else(too_many_readers)?;
    let ring = shared.options.logs.clone().ok_or_else(no_log)?;
    tracing::info!(target: "lunora::audit", key = reader.name(), outcome = "ok", "log read");
    let (sender, pieces) = mpsc::channel(PIECES);
    let tail = Tail {
        ring,
        wanted,
        sender,
        revocation: reader.revocation().clone(),
        end: shared.lifecycle.watch(),
    };
    tokio::spawn(async move {
        let _held = place;
        tail.run().await;
    });
    Ok(with_type(StatusCode::OK, LINES, Body::new(Pieces(pieces))))
}

fn too_many_readers() -> Problem {
    let message = "The log has as many readers as it may (limit: concurrent_log_readers).";
    Problem::overloaded(message, Duration::from_secs(10))
}

fn no_log() -> Problem {
    let message = "This server keeps no lines of its log: the application has set up a log of its own.";
    Problem::new(StatusCode::NOT_FOUND, "NoLog", message)
}

/// A body that comes in pieces, and ends when their sender is gone.
struct Pieces(mpsc::Receiver<Bytes>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|piece| Some(Ok(Frame::data(piece?))))
    }
}
