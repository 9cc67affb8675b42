//! Running an action: on tokio, at most once, with its own time limit.

use std::{any::Any, sync::Arc, time::Duration};

use lunora_core::{
    error::{Error, Result},
    value::Value,
};

use super::{
    ActionCtx, Ctx,
    dispatch::{Answer, CallError},
    engine::Engine,
    executor::Panicked,
    results::Returned,
    scheduler::JobRun,
    transaction::Work,
};
use crate::store::Timestamp;

/// The action took too long and was dropped where it waited.
#[derive(Debug, thiserror::Error)]
#[error("TimeLimitExceeded: action_time is limited to {0:?}; split the work or do less in one call")]
struct ActionTooSlow(Duration);

impl Engine {
    /// Waits for an action, as long as it may take.
    pub(super) async fn in_action_time<T>(&self, action: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = self.calls.action_time;
        let result = tokio::time::timeout(limit, action).await;
        result.unwrap_or_else(|_| Err(Error::from(ActionTooSlow(limit))))
    }
}

impl Work {
    /// Runs the action as a task of its own, which goes on when the caller goes away.
    pub(super) async fn action(self, held: impl Send + 'static) -> Result<Answer, CallError> {
        let span = tracing::Span::current();
        let task = async move {
            let _held = held;
            self.run_action().await
        };
        let value = tokio::spawn(tracing::Instrument::instrument(task, span)).await;
        let value = value.unwrap_or_else(|error| Err(joined(error)))?;
        Ok(Answer {
            value: Returned::Own(value),
            ts: Timestamp(0),
        })
    }

    /// Runs the action within the one that calls it.
    pub(super) async fn nested_action(self) -> Result<Answer, CallError> {
        self.action(()).await
    }

    async fn run_action(self) -> Result<Value> {
        let run = self.function.run;
        let now = self.engine.clock.now();
        let ctx = ActionCtx {
            engine: Arc::clone(&self.engine),
            identity: self.identity,
            now,
            depth: self.depth,
            job: self.job.as_ref().and_then(JobRun::action).cloned(),
        };
        let value = self
            .engine
            .in_action_time(run(Ctx::Action(&ctx), &self.args))
            .await?;
        self.engine.check_result(&value)?;
        Ok(value)
    }
}

pub(super) fn joined(error: tokio::task::JoinError) -> Error {
    match error.try_into_panic() {
        Ok(panic) => Error::from(Panicked::new(&*panic as &(dyn Any + Send))),
        Err(error) => Error::from(error),
    }
}
