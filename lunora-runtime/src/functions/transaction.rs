//! Running a mutation: one transaction an attempt, on the executor.

use std::{sync::Arc, time::Duration};

use lunora_core::{
    error::{Error, Result},
    identity::Identity,
    value::{Object, Value},
};
use tokio::sync::oneshot;

use super::{
    Ctx, MutationCtx,
    call_state::{CallState, Depth},
    dispatch::{Answer, CallError},
    engine::Engine,
    executor::{Job, PoolFull, drive},
    function::Function,
    idempotency::{Earlier, RequestKey},
    results::{CallerClass, Returned},
    scheduler::JobRun,
    start::{Awaited, MutationWatcher, Stalled, lost},
};
use crate::{
    database::{
        CommitError, Database, Freshness, Moment, TimeLimitExceeded, Transaction, TransactionOptions,
    },
    store::{StoreError, Timestamp},
    sync::Instant,
};

/// After as many conflicts a mutation runs where it cannot lose to another writer of this process.
const MAX_LOSSES: u32 = 2;

/// A call that is ready to run: the function is known, the arguments have its shape.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) engine: Arc<Engine>,
    pub(super) function: Arc<Function>,
    pub(super) args: Object,
    pub(super) identity: Option<Arc<Identity>>,
    pub(super) depth: Depth,
    pub(super) key: Option<RequestKey>,
    pub(super) class: CallerClass,
    /// What a query reads at, if not at the newest commit on disk.
    pub(super) at: Option<Moment>,
    /// The job that it is a part of.
    pub(super) job: Option<JobRun>,
}

/// The time that a call may take ran out before it could commit.
#[derive(Debug, thiserror::Error)]
#[error(
    "TimeLimitExceeded: total_time is limited to {0:?}; the server is busy or the documents are contended"
)]
pub(super) struct TookTooLong(Duration);

/// The store could not say whether the commit is on disk.
#[derive(Debug, thiserror::Error)]
#[error("the outcome is unknown, because the store failed: {0}")]
struct OutcomeUnknown(StoreError);

/// How one attempt ended.
enum Attempt {
    /// With an answer, which may leave when `ts` is on disk.
    Done { value: Value, ts: Timestamp },
    /// With an error, which has seen commits up to `seen` and may leave when they are on disk.
    Failed { error: Error, seen: Timestamp },
    /// Another commit changed what this one had read.
    Conflict,
}

pub(super) type Reply = oneshot::Sender<Result<Answer, CallError>>;

impl MutationWatcher for Reply {
    fn ended(self, result: Result<Answer, CallError>) {
        // The caller may be gone; then nobody wants the answer.
        let _ = self.send(result);
    }
}

impl Engine {
    /// When a query or mutation that begins now has taken too long.
    pub(super) fn end_of_call(&self) -> Instant {
        Instant::now() + self.calls.total_time
    }

    pub(super) fn took_too_long(&self) -> Error {
        Error::from(TookTooLong(self.calls.total_time))
    }
}

impl Work {
    /// Runs the mutation on the executor, again as long as it conflicts. `held` is dropped when it is over.
    pub(super) async fn mutation(self, held: impl Send + 'static) -> Result<Answer, CallError> {
        let (reply, answer) = oneshot::channel();
        if self.start(held, reply).is_err() {
            return Err(PoolFull.into());
        }
        answer.await.unwrap_or_else(|_| Err(lost()))
    }

    /// The same without waiting for it.
    pub(super) fn start(
        self,
        held: impl Send + 'static,
        watcher: impl MutationWatcher,
    ) -> Result<(), Stalled> {
        let watcher = Awaited::new(watcher);
        let (end, span) = (self.engine.end_of_call(), tracing::Span::current());
        let (name, patience, executor) = (
            self.function.path,
            self.work_limit(),
            self.engine.executor.clone(),
        );
        let job = Job::new(name, patience, move || {
            let _held = held;
            let _entered = span.entered();
            self.run_mutation(end, watcher);
        });
        executor.run_job(job).map_err(|job| Stalled::new(executor, job))
    }

    pub(super) async fn on_executor(
        self,
        held: impl Send + 'static,
        run: impl FnOnce(Self, Instant, Reply) + Send + 'static,
    ) -> Result<Answer, CallError> {
        let (reply, answer) = oneshot::channel();
        let end = self.engine.end_of_call();
        let span = tracing::Span::current();
        let executor = self.engine.executor.clone();
        executor.run(self.function.path, self.work_limit(), move || {
            let _held = held;
            let _entered = span.entered();
            run(self, end, reply);
        })?;
        answer.await.unwrap_or_else(|_| Err(lost()))
    }

    pub(super) fn run_mutation(self, end: Instant, mut watcher: Awaited<impl MutationWatcher>) {
        let ended = self.attempts(end, &mut watcher);
        watcher.ordered();
        let (ts, result) = match ended {
            Attempt::Done { value, ts } => (
                ts,
                Ok(Answer {
                    value: Returned::Own(value),
                    ts,
                }),
            ),
            Attempt::Failed { error, seen } => (seen, Err(CallError::Function(error))),
            Attempt::Conflict => (
                Timestamp(0),
                Err(CallError::Function(self.engine.took_too_long())),
            ),
        };
        // Only the answer waits for the disk; this thread goes on to the next call.
        let failure = self.engine.failure.clone();
        let on_disk = move |durable: Result<(), StoreError>| {
            let result = durable.map_or_else(
                |error| {
                    failure.report(&error);
                    Err(CallError::Function(Error::from(OutcomeUnknown(error))))
                },
                |()| result,
            );
            watcher.end(result);
        };
        self.engine.database.when_durable(ts, Box::new(on_disk));
    }

    fn attempts(&self, end: Instant, watcher: &mut Awaited<impl MutationWatcher>) -> Attempt {
        let mut losses = 0;
        loop {
            let needs_lane = losses >= MAX_LOSSES;
            let lane = needs_lane
                .then(|| self.engine.database.lane(self.work_limit(), end))
                .flatten();
            let now = Instant::now();
            if now >= end || needs_lane && lane.is_none() {
                return Attempt::Conflict;
            }
            match self.attempt(now, watcher) {
                Attempt::Conflict => tracing::debug!(losses, "conflict; running again"),
                ended => return ended,
            }
            losses += 1;
        }
    }

    /// How long one run may work.
    pub(super) fn work_limit(&self) -> Duration {
        Duration::from_millis(self.engine.limits.with(self.function.limits).work_millis)
    }

    fn attempt(&self, now: Instant, watcher: &mut Awaited<impl MutationWatcher>) -> Attempt {
        let state = self.begin(now, |database, options| {
            database.begin(Freshness::Ordered, options)
        });
        match state {
            Ok(state) => self.attempt_in(&state, watcher),
            Err(error) => Attempt::Failed {
                error,
                seen: Timestamp(0),
            },
        }
    }

    fn attempt_in(&self, state: &Arc<CallState>, watcher: &mut Awaited<impl MutationWatcher>) -> Attempt {
        let seen = state.transaction.snapshot_ts();
        watcher.attempting();
        let result = self.handle_mutation(state);
        let (value, recorded) = match result {
            Ok(result) => result,
            Err(error) => return Attempt::Failed { error, seen },
        };
        // Whatever a leaked future still holds of the context is cut off here.
        let transaction = match state.transaction.take() {
            Ok(transaction) => transaction,
            Err(error) => return Attempt::Failed { error, seen },
        };
        if let Err(late) = transaction.check_was_in_time() {
            let error = Error::from(late);
            return Attempt::Failed { error, seen };
        }
        watcher.committing();
        let committed = self.engine.database.commit(transaction);
        watcher.committed(committed.as_ref().ok().copied());
        match committed {
            Ok(ts) => {
                state.was_ordered();
                let ts = recorded.unwrap_or(ts);
                Attempt::Done { value, ts }
            }
            Err(CommitError::Conflict) => Attempt::Conflict,
            Err(error) => Attempt::Failed {
                error: Error::from(error),
                seen,
            },
        }
    }

    /// The result of the handler, or the one on record for a request that has been committed before.
    fn handle_mutation(&self, state: &Arc<CallState>) -> Result<(Value, Option<Timestamp>)> {
        let earlier = match &self.key {
            None => Earlier::Nothing,
            Some(key) => key.earlier(&state.transaction)?,
        };
        if let Earlier::Same(recorded) = earlier {
            return Ok((recorded.value, Some(recorded.ts)));
        }
        if let Some(job) = &self.job {
            job.claim(&state.desk())?;
        }
        let mut ctx = MutationCtx::new(Arc::clone(state), self.depth);
        let value = self.handle(Ctx::Mutation(&mut ctx), state.ends)?;
        if let Some(job) = &self.job {
            job.succeed(&state.desk(), &value, self.engine.clock.now())?;
        }
        if let Some(key) = &self.key {
            key.record(&state.transaction, &value, &earlier, self.engine.clock.now())?;
        }
        Ok((value, None))
    }

    /// Polls the handler to its end, as long as it has not worked until `ends`.
    pub(super) fn handle<'a>(&'a self, ctx: Ctx<'a>, ends: Instant) -> Result<Value> {
        let value = drive((self.function.run)(ctx, &self.args), || check_work(ends))?;
        self.engine.check_result(&value)?;
        Ok(value)
    }

    /// Begins the transaction of a run that starts `now`.
    pub(super) fn begin(
        &self,
        now: Instant,
        begin: impl FnOnce(&Database, TransactionOptions) -> Result<Transaction>,
    ) -> Result<Arc<CallState>> {
        let engine = &self.engine;
        let (time, seed) = (engine.clock.now(), engine.seeds.next());
        let limits = engine.limits.with(self.function.limits);
        let ends = now + Duration::from_millis(limits.work_millis);
        let options = TransactionOptions {
            limits,
            deadline: Some(ends),
            now_ms: time.as_millis(),
            seed,
            binding: self.function.binding(&self.args),
        };
        let transaction = begin(&engine.database, options)?;
        Ok(CallState::new(
            Arc::clone(engine),
            transaction,
            self.identity.clone(),
            self.job.clone(),
            time,
            ends,
            seed,
        ))
    }
}

/// The same limit as the database's at each of its operations, for handlers that work without it.
fn check_work(ends: Instant) -> Result<()> {
    if Instant::now() < ends {
        Ok(())
    } else {
        Err(Error::from(TimeLimitExceeded))
    }
}
