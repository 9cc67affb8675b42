//! The body of a request for an HTTP action: handed over as it arrives, within a size and a time.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum_core::body::Body as Sent;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body::Body as _;
use lunora_core::error::{Error, Result};
use tokio::{
    sync::oneshot,
    time::{Instant, Sleep, sleep, timeout},
};

use super::{
    admission::{Quota, Share},
    body::{broken, discard, no_memory, too_slow},
    options::ServerLimits,
    problem::Problem,
};
use crate::functions::{Body, BodySource};

/// A body on its way in.
#[derive(Debug)]
pub(super) struct Incoming {
    /// None after its end.
    body: Option<Sent>,
    received: usize,
    most_bytes: usize,
    /// Since when it is waited for, and what wakes when that was too long.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
    /// How much longer its sender may be waited for: what the action takes for itself does not count.
    patience: Duration,
    body_timeout: Duration,
    kept: Share,
    /// Where what nobody has read goes. None while it should not be asked for.
    unread: Option<oneshot::Sender<Sent>>,
    may_discard: bool,
}

/// What an action has not read of a body.
#[derive(Debug)]
pub(super) struct Leftover(oneshot::Receiver<Sent>);

impl Incoming {
    /// The body for an action, and what will be left of it.
    pub(super) fn split(
        headers: &HeaderMap,
        body: Sent,
        limits: &ServerLimits,
        buffers: &Quota,
    ) -> (Body, Leftover) {
        let (unread, leftover) = oneshot::channel();
        let incoming = Self {
            body: Some(body),
            received: 0,
            most_bytes: limits.http_body_bytes,
            waiting: None,
            patience: limits.body_timeout,
            body_timeout: limits.body_timeout,
            kept: buffers.empty(),
            unread: Some(unread),
            // A client that asks first has not begun to send.
            may_discard: !headers.contains_key(header::EXPECT),
        };
        (Body::new(incoming), Leftover(leftover))
    }

    /// Ends the body with an error. What its client still sends is thrown away later, so that it reads the answer.
    fn refuse(&mut self, problem: Problem) -> Poll<Option<Result<Bytes>>> {
        self.leave();
        Poll::Ready(Some(Err(problem.into())))
    }

    fn leave(&mut self) {
        if let (Some(body), Some(unread), true) = (self.body.take(), self.unread.take(), self.may_discard) {
            // Nobody waits for it if the client is gone.
            let _ = unread.send(body);
        }
    }

    fn too_large(&mut self) -> Poll<Option<Result<Bytes>>> {
        let message = format!(
            "The request's body is larger than {} bytes (limit: http_body_bytes).",
            self.most_bytes
        );
        self.refuse(Problem::too_large("BodyTooLarge", message))
    }

    fn arrived(&mut self) {
        if let Some((since, _)) = self.waiting.take() {
            self.patience = self.patience.saturating_sub(since.elapsed());
        }
    }

    fn wait(&mut self, task: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let patience = self.patience;
        let (_, end) = self
            .waiting
            .get_or_insert_with(|| (Instant::now(), Box::pin(sleep(patience))));
        if end.as_mut().poll(task).is_pending() {
            return Poll::Pending;
        }
        self.body = None;
        Poll::Ready(Some(Err(too_slow(self.body_timeout).into())))
    }
}

impl BodySource for Incoming {
    fn poll_piece(&mut self, task: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        loop {
            let Some(body) = &mut self.body else {
                return Poll::Ready(None);
            };
            let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
            if announced > self.most_bytes.saturating_sub(self.received) {
                return self.too_large();
            }
            self.may_discard = true;
            let Poll::Ready(frame) = Pin::new(body).poll_frame(task) else {
                return self.wait(task);
            };
            self.arrived();
            let piece = match frame.map(|frame| frame.map(http_body::Frame::into_data)) {
                None => {
                    self.body = None;
                    return Poll::Ready(None);
                }
                Some(Err(_)) => {
                    self.body = None;
                    return Poll::Ready(Some(Err(broken().into())));
                }
                Some(Ok(Ok(piece))) if !piece.is_empty() => piece,
                // Trailers mean nothing here.
                Some(Ok(_)) => continue,
            };
            self.received = self.received.saturating_add(piece.len());
            if self.received > self.most_bytes {
                return self.too_large();
            }
            return Poll::Ready(Some(Ok(piece)));
        }
    }

    fn keep(&mut self, bytes: usize) -> Result<()> {
        if self.kept.grow(bytes) {
            return Ok(());
        }
        Err(no_memory().into())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Leftover {
    /// Reads to the end what the action has left, and keeps nothing: a client that is still sending would not read the
    /// answer.
    pub(super) async fn discard(mut self, limit: Duration) {
        if let Ok(body) = self.0.try_recv()
            && !body.is_end_stream()
        {
            // Then it reads no answer, which is its own loss.
            let _ = timeout(limit, discard(body)).await;
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        problem.into_error()
    }
}
