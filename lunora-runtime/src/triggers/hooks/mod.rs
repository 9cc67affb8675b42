//! Hooks for connections and for the start.
//!
//! An open connection is a row that names the process which holds it, if there are hooks for connections. Each hook is a
//! job; the [`Chain`] hears of its end, in the same transaction, and schedules the next. A connection that is gone has its
//! disconnect hooks scheduled once the hooks for its coming are over: by the process that holds it, or by the next one that
//! starts. So there is one disconnect for each connect, whatever happens in between.

mod chain;
mod presence;
mod step;

use std::sync::Arc;

use lunora_core::error::Result;

use self::chain::Chain;
pub(crate) use self::presence::{Arrival, Presence, Refusal};
use crate::functions::{Heard, Runtime};

/// Lets hooks follow one another from now on.
pub(super) fn listen(runtime: &Runtime) {
    runtime.on_job_end(step::ORIGIN, Arc::new(Chain(runtime.clone())));
}

/// What is to be done before anything runs: says goodbye to the connections of a process that is gone, and schedules the
/// hooks for the start.
pub(super) fn begin(runtime: &Runtime) -> Result<()> {
    let chain = Chain(runtime.clone());
    chain.leave_those_of_others()?;
    chain.start()
}

/// Hears when the hooks for the start are over; nothing if there are none.
pub(super) fn started(runtime: &Runtime) -> Option<Heard> {
    let has_hooks = !runtime.hooks().start.is_empty();
    has_hooks.then(|| runtime.listen(&step::started(runtime.holder())))
}
