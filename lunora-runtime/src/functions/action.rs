//! Running an action: on tokio, at most once, with its own time limit.

use std::{any::Any, time::Duration};

use lunora_core::{
    error::{Error, Result},
    value::Value,
};

use super::{
    ActionCtx, Ctx,
    call::{RESULT_BYTES, check_size},
    dispatch::{Answer, CallError},
    executor::Panicked,
    results::Returned,
    scheduler::JobRun,
    transaction::Work,
};
use crate::store::Timestamp;

/// How long an action may take.
pub(super) const TIME_LIMIT: Duration = Duration::from_mins(10);

/// The action took too long and was dropped where it waited.
#[derive(Debug, thiserror::Error)]
#[error("TimeLimitExceeded: action_time is limited to {} s; split the work or do less in one call", TIME_LIMIT.as_secs())]
pub(super) struct ActionTooSlow;

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
            engine: self.engine,
            identity: self.identity,
            now,
            depth: self.depth,
            job: self.job.as_ref().and_then(JobRun::action).cloned(),
        };
        let value = tokio::time::timeout(TIME_LIMIT, run(Ctx::Action(&ctx), &self.args)).await;
        let value = value.map_err(|_| Error::from(ActionTooSlow))??;
        check_size("result_bytes", value.size(), RESULT_BYTES)?;
        Ok(value)
    }
}

pub(super) fn joined(error: tokio::task::JoinError) -> Error {
    match error.try_into_panic() {
        Ok(panic) => Error::from(Panicked::new(&*panic as &(dyn Any + Send))),
        Err(error) => Error::from(error),
    }
}
