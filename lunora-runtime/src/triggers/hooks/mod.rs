//! Hooks for connections and for the start.
//!
//! An open connection is a row that names the process which holds it, if there are hooks for connections. Each hook is a
//! job; the [`Chain`] hears of its end, in the same transaction, and schedules the next. A connection that is gone has its
//! disconnect hooks scheduled once the hooks for its coming are over: by the process that holds it, or by the next one that
//! starts. So there is one disconnect for each connect, whatever happens in between.

mod chain;
mod presence;
mod start;
mod step;

use std::sync::Arc;

use lunora_core::error::Result;

use self::chain::Chain;
pub(crate) use self::presence::{Arrival, Presence, Refusal};
use crate::functions::{HOOK, JobRunner, Runtime};

/// Lets hooks follow one another from now on.
pub(super) fn listen(runtime: &Runtime) {
    runtime.on_job_end(HOOK, Arc::new(Chain::of(runtime)));
}

/// Runs the hooks for the start, one after the other, before anything else that waits. One that cannot be run at the moment
/// is left to the runner.
pub(super) async fn start(runtime: &Runtime, runner: &JobRunner) -> Result<()> {
    start::run(runtime, runner).await
}

/// What is to be done before anything runs: says goodbye to the connections of a process that is gone, and gives up what it
/// has left of its start.
pub(super) fn begin(runtime: &Runtime) -> Result<()> {
    start::forget_that_of_others(runtime)?;
    Chain::of(runtime).leave_those_of_others(runtime)
}
