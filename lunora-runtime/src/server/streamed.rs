//! Answers that an HTTP action makes while they are sent.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::Frame;
use tokio::time::{Sleep, sleep};

use super::{
    admission::Share,
    lifecycle::{Phase, Watch},
};
use crate::functions::{BoxFuture, RequestId, Streamed};

/// What a stream gives, and the place among the requests that it holds until it is over.
pub(super) struct StreamedBody {
    pieces: Streamed,
    /// The longest pause between two pieces, and the end of the one that it makes now.
    pause: Duration,
    pausing: Option<Pin<Box<Sleep>>>,
    /// Resolves when the server stops, if that is the end of the stream.
    stop: Option<BoxFuture<'static, ()>>,
    request_id: RequestId,
    _slot: Arc<Share>,
}

impl StreamedBody {
    pub(super) fn new(pieces: Streamed, pause: Duration, slot: Arc<Share>, request_id: RequestId) -> Self {
        Self {
            pieces,
            pause,
            pausing: None,
            stop: None,
            request_id,
            _slot: slot,
        }
    }

    /// The same, ended by a stop of the server.
    pub(super) fn until_stop(self, mut server: Watch) -> Self {
        Self {
            stop: Some(Box::pin(async move { server.entered(Phase::Draining).await })),
            ..self
        }
    }

    fn is_stopped(&mut self, task: &mut Context<'_>) -> bool {
        let stop = self.stop.as_mut();
        stop.is_some_and(|stop| stop.as_mut().poll(task).is_ready())
    }

    /// Ends the stream if it has paused for too long.
    fn poll_pause(&mut self, task: &mut Context<'_>) -> Poll<io::Error> {
        let pause = self.pause;
        let pausing = self.pausing.get_or_insert_with(|| Box::pin(sleep(pause)));
        pausing.as_mut().poll(task).map(|()| {
            tracing::warn!(
                request_id = %self.request_id,
                "the stream of an answer gave nothing for {pause:?} (limit: stream_pause)"
            );
            io::Error::other("the stream of the answer paused for too long")
        })
    }
}

impl http_body::Body for StreamedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.is_stopped(task) {
            return Poll::Ready(None);
        }
        let Poll::Ready(piece) = self.pieces.as_mut().poll_next(task) else {
            return self.poll_pause(task).map(|error| Some(Err(error)));
        };
        self.pausing = None;
        Poll::Ready(match piece {
            None => None,
            Some(Ok(piece)) => Some(Ok(Frame::data(piece))),
            Some(Err(error)) => {
                tracing::error!(request_id = %self.request_id, %error, "the stream of an answer failed");
                Some(Err(io::Error::other("the stream of the answer failed")))
            }
        })
    }
}
