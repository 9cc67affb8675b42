//! Running a job.

use std::{
    fmt::Debug,
    sync::{Arc, Weak},
    time::Duration,
};

use lunora_core::{
    error::Result,
    job::{JobId, JobState},
    reference::Kind,
    time::Time,
};
use tokio::{runtime::Handle, time::sleep};
use tracing::Instrument;

use super::{
    Cancellation, JobKind, JobRun, RunningAction, StoredJob,
    jobs::Attempt,
    reader::load,
    running::NotPending,
    settle::{Outcome, Settling},
};
use crate::{
    database::{Freshness, SharedTransaction},
    functions::{
        Answer, CallError, MutationWatcher, Stalled,
        call::log,
        call_state::Depth,
        engine::Engine,
        executor::{Job as Task, Slot as Thread},
        function::Function,
        results::CallerClass,
        running::Underway,
        start::Awaited,
        system::SystemTransaction,
        transaction::Work,
    },
};

/// What the log calls the commit of a mutation.
const COMMIT: &str = "the commit of a scheduled job";
/// How long a job that is looked at or committed may hold its thread before the log says so. (Its function has a limit of
/// its own.)
const PATIENCE: Duration = Duration::from_secs(15);
/// How long to wait before a job is looked at again that comes after a run which was canceled and has not ended.
const STILL_RUNS: Duration = Duration::from_secs(1);

/// How long to wait before a job is looked at again that could not be read.
const WAIT_FOR_STORE: Duration = Duration::from_secs(1);

/// The function is not there any more.
#[derive(Debug, thiserror::Error)]
#[error("there is no function `{0}` any more")]
struct Gone(String);

/// Runs jobs.
#[derive(Debug, Clone)]
pub(crate) struct JobRunner {
    pub(super) engine: Arc<Engine>,
    /// Where actions run.
    pub(super) tokio: Handle,
}

/// A place among the jobs that run at one time. When it is dropped, the next one may begin.
pub(crate) trait JobSlot: Debug + Send + Sync + 'static {
    /// The job holds its thread without end; it may be that others are to run meanwhile.
    fn set_aside(&self) {}
}

/// What is held while a job runs.
#[derive(Debug)]
struct Held<S> {
    engine: Arc<Engine>,
    attempt: Attempt,
    _underway: Underway,
    slot: S,
}

/// A job that is about to run.
#[derive(Debug)]
struct Run<S> {
    runner: JobRunner,
    id: JobId,
    held: Arc<Held<S>>,
}

impl JobRunner {
    /// Runs a job if it still waits to be run, and since then: what was said of it before it was put off or canceled
    /// counts for nothing. `slot` is dropped when a job that begins then begins after it: a mutation is ordered by then,
    /// an action's outcome is.
    pub(crate) fn start(
        &self,
        kind: JobKind,
        id: JobId,
        due: Time,
        slot: impl JobSlot,
    ) -> std::result::Result<(), Stalled> {
        let runner = self.clone();
        let task = Task::on_slot("a scheduled job", PATIENCE, move |thread| {
            runner.begin(kind, id, due, slot, thread);
        });
        let task = task.urgent(kind == JobKind::Gate);
        let executor = self.engine.executor.clone();
        executor
            .run_job(task)
            .map_err(|task| Stalled::new(executor, task))
    }

    fn begin(self, kind: JobKind, id: JobId, due: Time, slot: impl JobSlot, thread: &Arc<Thread>) {
        // A server that is about to stop leaves its jobs to the next one.
        let Some(underway) = self.engine.running.enter() else {
            return;
        };
        let job = match self.look(id, due) {
            Ok(Some(job)) => job,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(job = %id, %error, "a job could not be read, and is looked at again");
                self.tokio.clone().spawn(self.start_later(kind, id, due, slot));
                return;
            }
        };
        let attempt = Attempt::next(id, &job);
        if !self.engine.jobs.begin(attempt) {
            return;
        }
        let held = Held {
            engine: Arc::clone(&self.engine),
            attempt,
            _underway: underway,
            slot,
        };
        let run = Run {
            runner: self,
            id,
            held: Arc::new(held),
        };
        run.run(job, thread);
    }

    /// The job has left its line, so nobody else would look at it again.
    async fn start_later(self, kind: JobKind, id: JobId, due: Time, slot: impl JobSlot) {
        sleep(WAIT_FOR_STORE).await;
        if let Err(stalled) = self.start(kind, id, due, slot) {
            stalled.until_there_is_room().await;
        }
    }

    /// The job, if it waits, and for this time.
    fn look(&self, id: JobId, due: Time) -> Result<Option<StoredJob>> {
        let transaction = SharedTransaction::new(self.engine.database.begin(
            Freshness::Ordered,
            SystemTransaction::options_at(self.engine.clock.now()),
        )?);
        let job = load(&transaction, id)?;
        Ok(job.filter(|job| job.state == JobState::Pending && Time::from_millis(job.next) == due))
    }
}

impl<S: JobSlot> Held<S> {
    /// The job holds its thread without end.
    fn is_stuck(&self) {
        self.engine.jobs.note_stuck(self.attempt);
        self.slot.set_aside();
    }
}

impl<S> Drop for Held<S> {
    fn drop(&mut self) {
        self.engine.jobs.end(self.attempt);
    }
}

impl<S: JobSlot> Run<S> {
    fn run(self, job: StoredJob, thread: &Arc<Thread>) {
        let span = tracing::info_span!("job", function = job.target, kind = job.kind.name(), job = %self.id);
        let _entered = span.clone().entered();
        match self.work(&job) {
            Ok(work) if work.function.kind == Kind::Action => self.action(work, &job, span),
            Ok(work) => self.mutation(work, &job, span, thread),
            Err(error) => {
                tracing::error!(%error, "a job cannot be run");
                self.settle(&job, Outcome::Failed(error));
            }
        }
    }

    /// Writes the outcome of a run that has not begun.
    fn settle(self, job: &StoredJob, outcome: Outcome) {
        let (settling, held) = (self.settling(job, false), self.held);
        self.runner.tokio.spawn(async move {
            settling.on_executor(outcome).await;
            drop(held);
        });
    }

    /// The call that the job is for, if nothing is wrong with it.
    fn work(&self, job: &StoredJob) -> Result<Work> {
        let engine = &self.runner.engine;
        let function = if job.is_hook() {
            engine.hooks.find(&job.target)
        } else {
            engine.functions.find(&job.target)
        };
        let function: &Arc<Function> = function.ok_or_else(|| Gone(job.target.clone()))?;
        let args = job.arguments()?;
        engine.check_call(function, None, &args)?;
        Ok(Work {
            engine: Arc::clone(engine),
            function: Arc::clone(function),
            args,
            identity: job.user()?.map(Arc::new),
            depth: Depth::default(),
            key: None,
            class: CallerClass::Server,
            at: None,
            job: Some(JobRun::Own {
                id: self.id,
                attempts: job.attempts,
            }),
        })
    }

    fn mutation(self, work: Work, job: &StoredJob, span: tracing::Span, thread: &Arc<Thread>) {
        let watcher = Watcher {
            settling: self.settling(job, false),
            runner: self.runner,
            held: Some(self.held),
            thread: Arc::clone(thread),
            function: work.function.path,
            work_limit: work.work_limit(),
            is_committed: false,
            span,
        };
        let end = work.engine.end_of_call();
        work.run_mutation(end, Awaited::new(watcher));
    }

    /// Marks the job as running, and lets the action start when that is on disk.
    fn action(self, mut work: Work, job: &StoredJob, span: tracing::Span) {
        let action = Arc::new(RunningAction {
            id: self.id,
            cancellation: Cancellation::default(),
        });
        work.job = Some(JobRun::Action(Arc::clone(&action)));
        let engine = Arc::clone(&self.runner.engine);
        // Before the mark, so that no cancel is missed that comes after it.
        if !engine
            .jobs
            .runs(self.id, job.origin.as_ref(), &action.cancellation)
        {
            return self.wait_for_last_run(job);
        }
        let known = Known {
            engine: Arc::clone(&engine),
            id: self.id,
            cancellation: action.cancellation.clone(),
        };
        let (id, attempts) = (self.id, job.attempts);
        let claimed = engine.with_jobs(|desk| {
            let Some(mut job) = desk.load(id)?.filter(|job| job.waits_after(attempts)) else {
                return Ok(false);
            };
            job.start(engine.jobs.holder(), desk.now());
            desk.put(id, &job)?;
            Ok(true)
        });
        match claimed {
            Ok((true, ts)) => {
                let settling = self.settling(job, true);
                let (tokio, held) = (self.runner.tokio.clone(), self.held);
                let run = run_action(work, known, settling, held).instrument(span);
                let on_disk = move |durable: std::result::Result<(), _>| {
                    if durable.is_ok() {
                        tokio.spawn(run);
                    }
                };
                engine.database.when_durable(ts, Box::new(on_disk));
            }
            Ok((false, _)) => {}
            Err(error) => {
                tracing::error!(%error, "a job could not be marked as running");
                drop(known);
                self.settle(job, Outcome::Prevented(error));
            }
        }
    }

    /// A run that was canceled goes on, and this one comes after it.
    fn wait_for_last_run(self, job: &StoredJob) {
        let (id, attempts) = (self.id, job.attempts);
        let waits = self.runner.engine.with_jobs(|desk| {
            let Some(mut job) = desk.load(id)?.filter(|job| job.waits_after(attempts)) else {
                return Ok(());
            };
            job.wait(desk.now() + STILL_RUNS);
            desk.put(id, &job)
        });
        if let Err(error) = waits {
            tracing::error!(%error, "a job could not be put off");
            self.settle(job, Outcome::Prevented(error));
        }
    }

    fn settling(&self, job: &StoredJob, running: bool) -> Settling {
        Settling {
            engine: Arc::clone(&self.runner.engine),
            id: self.id,
            attempts: job.attempts + u32::from(running),
            running,
            is_urgent: job.kind == JobKind::Gate,
            started: self.runner.engine.clock.now(),
        }
    }
}

async fn run_action(work: Work, known: Known, settling: Settling, held: impl Send + 'static) {
    if !known.cancellation.is_requested() {
        let result = work.action(()).await;
        log(&result);
        // Before the outcome is there, which may be that it runs again.
        drop(known);
        settling.on_executor(Outcome::of(result)).await;
    }
    drop(held);
}

/// An action that a cancel finds. Nothing finds it any more when this is dropped.
#[derive(Debug)]
struct Known {
    engine: Arc<Engine>,
    id: JobId,
    cancellation: Cancellation,
}

impl Drop for Known {
    fn drop(&mut self) {
        self.engine.jobs.runs_no_more(self.id);
    }
}

/// Follows a mutation that is run as a job.
struct Watcher<S> {
    runner: JobRunner,
    settling: Settling,
    held: Option<Arc<Held<S>>>,
    thread: Arc<Thread>,
    function: &'static str,
    work_limit: Duration,
    is_committed: bool,
    span: tracing::Span,
}

impl<S: JobSlot> MutationWatcher for Watcher<S> {
    fn attempting(&mut self) {
        // By its name, as a call of a client is.
        let held = self.held.as_ref().map_or_else(Weak::new, Arc::downgrade);
        self.thread.turn_to(self.function, self.work_limit, move || {
            if let Some(held) = held.upgrade() {
                held.is_stuck();
            }
        });
    }

    fn committing(&mut self) {
        // Conflicts and the disk may take longer than the function, whose fault that is not.
        self.thread.turn_to(COMMIT, PATIENCE, || {});
        if let Some(held) = &self.held {
            held.engine.jobs.note_not_stuck(held.attempt);
        }
    }

    fn committed(&mut self, ts: Option<crate::store::Timestamp>) {
        self.is_committed = ts.is_some();
    }

    fn ordered(&mut self) {
        if self.is_committed {
            self.held = None;
        }
    }

    fn ended(self, result: std::result::Result<Answer, CallError>) {
        let Err(error) = result else {
            self.span.in_scope(|| log(&result));
            return;
        };
        let is_off =
            matches!(&error, CallError::Function(error) if error.downcast_ref::<NotPending>().is_some());
        if is_off {
            return;
        }
        let result = Err(error);
        self.span.in_scope(|| log(&result));
        if self.is_committed {
            // The store has failed, and the process stops.
            return;
        }
        let (settling, held) = (self.settling, self.held);
        // This thread is the log's, which is not to wait.
        self.runner.tokio.spawn(async move {
            settling.on_executor(Outcome::of(result)).await;
            drop(held);
        });
    }
}
