//! The hooks for the start of the server.

use lunora_core::{
    error::Result,
    id::TableTag,
    job::JobId,
    value::{Object, from_object},
};
use tokio::sync::oneshot;

use super::{
    chain::schedule,
    step::{Link, Step},
};
use crate::{
    database::Order,
    functions::{Desk, JobRunner, Runtime, STARTS, StoredStart, fields_of},
};

const TABLE: TableTag = TableTag::of(STARTS);

/// Schedules each, and runs it at once. What they have done is on disk after this, where clients see it.
pub(super) async fn run(runtime: &Runtime, runner: &JobRunner) -> Result<()> {
    let hooks = runtime.hooks().start.len();
    for at in 0..hooks {
        let scheduled = runtime.clone();
        let job = tokio::task::spawn_blocking(move || next(&scheduled, at)).await??;
        let (slot, is_over) = oneshot::channel::<()>();
        let mut started = runner.start(job, slot);
        while let Err(stalled) = started {
            tokio::task::yield_now().await;
            started = stalled.retry();
        }
        // It is dropped, never sent.
        let _ = is_over.await;
    }
    if hooks == 0 {
        Ok(())
    } else {
        runner.on_disk().await
    }
}

/// Schedules a hook, in the place of the one before.
fn next(runtime: &Runtime, at: usize) -> Result<JobId> {
    let step = Step {
        link: Link::Start,
        at: u32::try_from(at)?,
        about: runtime.holder().to_owned(),
    };
    let path = runtime.hooks().start[at];
    let scheduled = runtime.with_jobs(|desk| {
        forget(desk)?;
        let job = schedule(desk, &step, path, Object::new())?;
        let fields = fields_of(&StoredStart { job })?;
        desk.transaction()
            .with(|transaction| transaction.insert(TABLE, fields))?;
        Ok(job)
    });
    scheduled.map(|(job, _)| job)
}

/// Cancels a hook that still waits, if there is one, and removes the row that names it.
///
/// After a crash it is that of the process that is gone: this one has its own.
fn forget(desk: &Desk<'_>) -> Result<()> {
    let found = desk.transaction().with(|transaction| {
        let mut scan = transaction.scan(TABLE, None, Order::Asc)?;
        scan.next(transaction)
    })?;
    let Some(document) = found else { return Ok(()) };
    let start: StoredStart = from_object(&document.fields)?;
    desk.cancel(start.job)?;
    desk.transaction()
        .with(|transaction| transaction.delete(document.id).map(drop))
}

/// Gives up what a process that is gone has left of its start.
pub(super) fn forget_that_of_others(runtime: &Runtime) -> Result<()> {
    runtime.with_jobs(forget).map(drop)
}
