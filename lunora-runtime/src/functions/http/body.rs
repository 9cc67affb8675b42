//! The body of a request, which arrives while it is read.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use lunora_core::error::Result;
use parking_lot::Mutex;

/// Where a body comes from. The server has the one of a connection, with its limits.
pub trait BodySource: Send + 'static {
    /// The next piece that is not empty; none at the end.
    fn poll_piece(&mut self, task: &mut Context<'_>) -> Poll<Option<Result<Bytes>>>;

    /// Takes room in memory for `bytes` more of what came, until the body is dropped.
    fn keep(&mut self, bytes: usize) -> Result<()>;
}

/// The body of a request: a stream of pieces as they arrive.
///
/// It ends with an error if the client is too slow, sends too much or goes away; the error is an answer for the client.
///
/// ```no_run
/// # async fn size(mut request: lunora_runtime::functions::Request) -> lunora_core::error::Result<usize> {
/// let mut size = 0;
/// while let Some(piece) = request.body().next().await? {
///     size += piece.len();
/// }
/// # Ok(size)
/// # }
/// ```
pub struct Body {
    // Locked by nobody: it lets a reference to a request be held across an `await`.
    source: Mutex<Box<dyn BodySource>>,
}

impl Body {
    /// What `source` gives.
    pub fn new(source: impl BodySource) -> Self {
        Self {
            source: Mutex::new(Box::new(source)),
        }
    }

    /// The next piece, never empty; none at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        let source = self.source.get_mut();
        poll_fn(|task| source.poll_piece(task)).await.transpose()
    }

    /// All that is left of it.
    pub async fn collect(&mut self) -> Result<Bytes> {
        let first = self.next().await?.unwrap_or_default();
        let Some(second) = self.next().await? else {
            return Ok(first);
        };
        self.source.get_mut().keep(first.len())?;
        let mut whole = BytesMut::from(first);
        let mut next = Some(second);
        while let Some(piece) = next {
            self.source.get_mut().keep(piece.len())?;
            whole.extend_from_slice(&piece);
            next = self.next().await?;
        }
        Ok(whole.freeze())
    }
}

impl Stream for Body {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        self.source.get_mut().poll_piece(task)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
