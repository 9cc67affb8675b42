//! A live query inside a test.

use std::{fmt, marker::PhantomData, sync::Arc};

use lunora_core::{
    error::{Error, Result},
    json::parse,
    reference::{FunctionRef, Output},
    value::from_value,
};

use crate::{
    functions::{LiveQueries, QueryOutcome, RequestId, Runtime},
    store::Timestamp,
};

/// The results of a query, as they change. Dropped, it watches no longer.
///
/// ```ignore
/// let mut messages = app.client().watch(api::messages::list(channel))?;
/// assert!(messages.next().await?.is_empty());
/// app.mutation(api::messages::send(channel, "hello")).await?;
/// assert_eq!(messages.next().await?.len(), 1);
/// ```
pub struct Watch<F> {
    queries: LiveQueries,
    runtime: Runtime,
    view: View,
    held: Option<Arc<QueryOutcome>>,
    at: Timestamp,
    query: PhantomData<fn() -> F>,
}

/// Through whose eyes results are seen.
#[derive(Debug, Clone, Copy)]
pub(super) enum View {
    /// In full.
    Server,
    /// As JSON, and system errors redacted.
    Client,
}

/// The number of the only query of a watch.
pub(super) const NUMBER: u32 = 0;

/// There are no more results.
#[derive(Debug, thiserror::Error)]
#[error("the server has stopped")]
struct Stopped;

impl<F: FunctionRef> Watch<F> {
    pub(super) const fn new(queries: LiveQueries, runtime: Runtime, view: View) -> Self {
        Self {
            queries,
            runtime,
            view,
            held: None,
            at: Timestamp::ZERO,
            query: PhantomData,
        }
    }

    /// Waits for the next result: the first one, or one that is not what the last was.
    pub async fn next(&mut self) -> Result<Output<F>> {
        loop {
            if self.advance(Timestamp::ZERO).await? {
                return self.held();
            }
        }
    }

    /// The result as of the newest commit that is on disk when this is called. What was new before is not told again.
    pub async fn current(&mut self) -> Result<Output<F>> {
        let newest = self.runtime.database().durable();
        while self.held.is_none() || self.at < newest {
            self.advance(newest).await?;
        }
        self.held()
    }

    /// Takes the next transition. Whether it has a result.
    async fn advance(&mut self, at_least: Timestamp) -> Result<bool> {
        let transition = self.queries.next(at_least).await.ok_or(Stopped)?;
        self.at = transition.ts;
        let update = transition.updates.into_iter().next();
        let is_new = update.is_some();
        self.held = update.map(|update| update.outcome).or(self.held.take());
        Ok(is_new)
    }

    fn held(&self) -> Result<Output<F>> {
        let outcome = self.held.as_ref().ok_or(Stopped)?;
        let value = outcome.result().map_err(|error| self.view.error(error))?;
        let value = match self.view {
            View::Server => value.value().clone(),
            View::Client => parse(value.json())?,
        };
        Ok(from_value(value)?)
    }
}

impl View {
    /// A copy of an error that others look at as well.
    fn error(self, error: &Error) -> Error {
        if let Some(data) = error.app_data() {
            return Error::app(data);
        }
        if let Some(refusal) = error.as_request() {
            return Error::request(refusal.clone());
        }
        match self {
            Self::Server => Error::internal(error.to_string()),
            Self::Client => Error::internal(format!("[Request ID: {}] Server Error", RequestId::random())),
        }
    }
}

impl<F> fmt::Debug for Watch<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("queries", &self.queries)
            .finish_non_exhaustive()
    }
}
