//! Answers that an HTTP action makes while they are sent.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::Frame;

use super::admission::Share;
use crate::functions::{RequestId, Streamed};

/// What a stream gives, and the place among the requests that it holds until it is over.
pub(super) struct StreamedBody {
    pieces: Streamed,
    request_id: RequestId,
    _slot: Arc<Share>,
}

impl StreamedBody {
    pub(super) fn new(pieces: Streamed, slot: Arc<Share>, request_id: RequestId) -> Self {
        Self {
            pieces,
            request_id,
            _slot: slot,
        }
    }
}

impl http_body::Body for StreamedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(match ready!(self.pieces.as_mut().poll_next(task)) {
            None => None,
            Some(Ok(piece)) => Some(Ok(Frame::data(piece))),
            Some(Err(error)) => {
                tracing::error!(request_id = %self.request_id, %error, "the stream of an answer failed");
                Some(Err(io::Error::other("the stream of the answer failed")))
            }
        })
    }
}
