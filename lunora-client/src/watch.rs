//! A live query.

use std::{
    fmt,
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use lunora_core::{
    error::{Error, Result},
    reference::{FunctionRef, Output},
    value::{Value, from_value},
};
use tokio::sync::mpsc::UnboundedSender;

use crate::{error::Failure, slot::Slot, worker::Command};

/// What a query has given.
pub(crate) type Outcome = Result<Value, Failure>;

/// The results of a query, as they change. Dropped, it watches no longer.
///
/// It is a [`Stream`]: each item is a new result, or the failure that the query has now (a later item may be a result
/// again). Who reads slowly gets fewer and newer results. It ends with the client's runtime alone.
pub struct Watch<F> {
    query_id: u32,
    slot: Slot<Outcome>,
    commands: UnboundedSender<Command>,
    query: PhantomData<fn() -> F>,
}

impl<F: FunctionRef> Watch<F> {
    pub(crate) const fn new(query_id: u32, slot: Slot<Outcome>, commands: UnboundedSender<Command>) -> Self {
        Self {
            query_id,
            slot,
            commands,
            query: PhantomData,
        }
    }

    /// Waits for the next result.
    pub async fn next(&mut self) -> Option<Result<Output<F>>> {
        poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Output<F>>>> {
        let outcome = std::task::ready!(self.slot.poll(cx));
        Poll::Ready(outcome.map(|outcome| decode::<F>(outcome)))
    }
}

/// The value of a call, or its error.
pub(crate) fn decode<F: FunctionRef>(outcome: Outcome) -> Result<Output<F>> {
    let value = outcome.map_err(Error::from)?;
    Ok(from_value(value)?)
}

impl<F: FunctionRef> Stream for Watch<F> {
    type Item = Result<Output<F>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

impl<F> Drop for Watch<F> {
    fn drop(&mut self) {
        let _ = self.commands.send(Command::Unwatch(self.query_id));
    }
}

impl<F> fmt::Debug for Watch<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("query_id", &self.query_id)
            .finish_non_exhaustive()
    }
}
