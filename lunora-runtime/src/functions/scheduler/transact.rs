//! Transactions with jobs that belong to no function.

use std::sync::Arc;

use lunora_core::error::{Error, Result};
use tokio::sync::oneshot;

use super::{Desk, Made};
use crate::{
    functions::{CallError, dispatch::call_error, engine::Engine, start::lost, system::SystemTransaction},
    store::{StoreError, Timestamp},
};

/// How long such a transaction may hold a thread before the log says so.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

impl Engine {
    /// Runs `work` on this thread until its commit meets no conflict, and returns when it is ordered.
    pub(in crate::functions) fn with_jobs<T>(
        &self,
        work: impl Fn(&Desk<'_>) -> Result<T>,
    ) -> Result<(T, Timestamp)> {
        self.with_jobs_within(None, work)
    }

    fn with_jobs_within<T>(
        &self,
        within: Option<lunora_core::job::JobId>,
        work: impl Fn(&Desk<'_>) -> Result<T>,
    ) -> Result<(T, Timestamp)> {
        let system = SystemTransaction {
            database: &self.database,
            now: self.clock.now(),
        };
        let ((value, made), ts) = system.ordered(|transaction| {
            let made = Made::default();
            let value = work(&Desk::new(
                transaction,
                &made,
                self.jobs.ends(),
                system.now,
                within,
            ))?;
            Ok((value, made))
        })?;
        self.jobs.hear(&made);
        Ok((value, ts))
    }

    /// The same on a thread for functions; resolves when it is on disk.
    pub(super) async fn with_jobs_on_disk<T: Send + 'static>(
        self: &Arc<Self>,
        within: Option<lunora_core::job::JobId>,
        work: impl Fn(&Desk<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let engine = Arc::clone(self);
        let run = move || match engine.with_jobs_within(within, work) {
            Ok((value, ts)) => engine.database.when_durable(
                ts,
                Box::new(move |durable: Result<(), StoreError>| {
                    // The caller may be gone; then nobody wants the answer.
                    let _ = reply.send(durable.map(|()| value).map_err(Error::from));
                }),
            ),
            Err(error) => {
                let _ = reply.send(Err(error));
            }
        };
        self.executor
            .run("jobs", PATIENCE, run)
            .map_err(|full| call_error(CallError::from(full)))?;
        answer.await.unwrap_or_else(|_| Err(call_error(lost())))
    }
}
