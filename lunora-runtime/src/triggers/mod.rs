//! What runs without a client asking: jobs when their time has come, and hooks when something happens.
//!
//! Everything that runs by itself is a job, a document of the system table `_jobs`: what wants to be run later puts one
//! there, with `Desk::schedule`, and hears of its end, if it wants to, as a `JobEnd`. So there is one runner, one order of
//! time, and one set of promises.
//!
//! A server [starts](Triggers::start) its triggers by its clock; a test moves its clock through what falls due.

mod crons;
mod hooks;
mod jobs;

use lunora_core::error::Result;
use tokio::{runtime::Handle, task::JoinSet};

pub use self::crons::CronInfo;
pub(crate) use self::crons::RunNow;
use self::crons::Timetable;
pub(crate) use self::hooks::{Arrival, Presence, Refusal};
pub(crate) use self::jobs::VirtualTime;
pub use self::jobs::{ACTIONS_AT_ONCE, GATES_AT_ONCE, MUTATIONS_AT_ONCE, SET_ASIDE};
use self::jobs::{abandon_those_of_others, purge_for_ever, run_for_ever, run_unless_stuck};
use crate::functions::{JobKind, JobRunner, Runtime};

/// What runs by itself on a runtime, until it is dropped.
#[derive(Debug)]
pub struct Triggers(#[expect(dead_code, reason = "its end is theirs")] JoinSet<()>);

impl Triggers {
    /// Starts everything that runs by itself, and returns when the hooks for the start are over; has to be called on a tokio
    /// runtime.
    pub async fn start(runtime: &Runtime) -> Result<Self> {
        let runner = runtime.job_runner(Handle::current());
        begin(runtime, &runner).await?;
        let mut tasks = JoinSet::new();
        for kind in JobKind::ALL {
            tasks.spawn(run_for_ever(runner.clone(), kind));
        }
        tasks.spawn(purge_for_ever(runner));
        Ok(Self(tasks))
    }
}

/// What is to be done once, before anything else runs.
async fn begin(runtime: &Runtime, runner: &JobRunner) -> Result<()> {
    let (jobs, own) = (runner.clone(), runtime.clone());
    let begin = move || {
        let crons = Timetable::of(&own);
        crons.listen(&own);
        hooks::listen(&own);
        abandon_those_of_others(&jobs)?;
        hooks::begin(&own)?;
        crons.begin(&own)
    };
    tokio::task::spawn_blocking(begin).await??;
    hooks::start(runtime, runner).await
}
