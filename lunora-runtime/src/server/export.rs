//! `/api/admin/export`: all documents, for holders of an admin key that may read data.

use std::{
    io::{self, Write},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum_core::{body::Body, extract::Request, response::Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use http_body::Frame;
use tokio::sync::mpsc;

use super::{
    admin::admit,
    entry::Shared,
    problem::{Problem, with_type},
};
use crate::{
    database::{ExportError, ExportReport},
    functions::{AuthError, Revocation, Runtime},
};

const ARCHIVE: HeaderValue = HeaderValue::from_static("application/octet-stream");
/// How large the pieces are that are sent, and how many may wait for the client to read: the export waits with them.
const PIECE_BYTES: usize = 64 << 10;
const PIECES: usize = 4;

/// Answers with an export that is made while it is sent.
pub(super) async fn export(shared: &Shared, request: Request) -> Response {
    try_export(shared, request).await.unwrap_or_else(Response::from)
}

async fn try_export(shared: &Shared, request: Request) -> Result<Response, Problem> {
    let (key, admitted) = admit(shared, request).await?;
    let reader = key.read_data().map_err(AuthError::from)?;
    let place = shared.exports.take(1).ok_or_else(too_many_exports)?;
    let (sender, mut pieces) = mpsc::channel(PIECES);
    let (runtime, id) = (shared.runtime.clone(), admitted.request_id());
    let revocation = reader.revocation().clone();
    // It reads for as long as it takes, and ends when its client hangs up or its key is revoked.
    let sending = tokio::task::spawn_blocking(move || {
        let _held = (admitted, place);
        send(&runtime, &sender, &revocation)
    });
    tokio::spawn(async move {
        let sent = sending
            .await
            .unwrap_or_else(|lost| Err(io::Error::other(lost).into()));
        reader.audit(id, &sent);
    });
    match pieces.recv().await {
        Some(Ok(first)) => Ok(with_type(
            StatusCode::OK,
            ARCHIVE,
            Body::new(Pieces::new(first, pieces)),
        )),
        // Before anything was sent there is still a way to say so.
        _ => Err(failed()),
    }
}

/// Makes the export piece by piece. That its end is missing, a client sees by its connection and by the export.
fn send(
    runtime: &Runtime,
    sender: &mpsc::Sender<io::Result<Bytes>>,
    revocation: &Revocation,
) -> Result<ExportReport, ExportError> {
    let mut out = io::BufWriter::with_capacity(PIECE_BYTES, Sending { sender, revocation });
    let exported = runtime.export(&mut out);
    // What is left in there after an error must not look like the end of a whole export.
    drop(out.into_parts());
    if let Err(error) = &exported {
        let _ = sender.blocking_send(Err(io::Error::other(error.to_string())));
    }
    exported
}

/// The way to the connection.
struct Sending<'a> {
    sender: &'a mpsc::Sender<io::Result<Bytes>>,
    /// Of the key that the export is made with.
    revocation: &'a Revocation,
}

impl Write for Sending<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.revocation.is_over() {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "the admin key was revoked",
            ));
        }
        let piece = Bytes::copy_from_slice(bytes);
        let sent = self.sender.blocking_send(Ok(piece));
        sent.map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the client has hung up"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A body that comes in pieces.
struct Pieces {
    first: Option<Bytes>,
    rest: mpsc::Receiver<io::Result<Bytes>>,
}

impl Pieces {
    fn new(first: Bytes, rest: mpsc::Receiver<io::Result<Bytes>>) -> Self {
        Self {
            first: Some(first),
            rest,
        }
    }
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        self.rest.poll_recv(cx).map(|piece| Some(piece?.map(Frame::data)))
    }
}

fn too_many_exports() -> Problem {
    let message = "The server makes as many exports as it may (limit: concurrent_exports).";
    Problem::overloaded(message, Duration::from_secs(10))
}

fn failed() -> Problem {
    let message = "The export could not be made; the server's log says why.";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", message)
}
