//! The hooks for the start of the server.

use std::time::Duration;

use lunora_core::{
    error::Result,
    id::TableTag,
    job::JobId,
    time::Time,
    value::{Object, from_object},
};

use super::{
    chain::schedule,
    step::{Link, Step},
};
use crate::{
    database::Order,
    functions::{Desk, JobKind, JobRunner, Runtime, STARTS, StoredStart, fields_of},
    triggers::run_unless_stuck,
};

const TABLE: TableTag = TableTag::of(STARTS);

/// How often a hook is run that is put off each time, before it is left to the runner. (One that always takes too long is
/// not to keep the server from starting.)
const TRIES: u32 = 5;
/// How long to wait in between.
const WAIT: Duration = Duration::from_millis(100);

/// Schedules each, and runs it at once. What they have done is on disk after this, where clients see it.
pub(super) async fn run(runtime: &Runtime, runner: &JobRunner) -> Result<()> {
    let hooks = runtime.hooks().start.len();
    for at in 0..hooks {
        let scheduled = runtime.clone();
        let (job, due) = tokio::task::spawn_blocking(move || next(&scheduled, at)).await??;
        finish(runtime, runner, job, due).await?;
    }
    if hooks == 0 {
        Ok(())
    } else {
        runner.on_disk().await
    }
}

/// Runs a job until it is over, also if it is put off.
async fn finish(runtime: &Runtime, runner: &JobRunner, job: JobId, mut due: Time) -> Result<()> {
    for _ in 0..TRIES {
        run_unless_stuck(runner, JobKind::Mutation, job, due).await;
        let looked = runtime.clone();
        match tokio::task::spawn_blocking(move || next_run(&looked, job)).await?? {
            Some(next) => due = next,
            None => return Ok(()),
        }
        tokio::time::sleep(WAIT).await;
    }
    tracing::warn!(%job, "a hook for the start is put off again and again, or has no end; the server starts without it");
    Ok(())
}

/// When the job runs next, if it is not over.
fn next_run(runtime: &Runtime, job: JobId) -> Result<Option<Time>> {
    let (found, _) = runtime.with_jobs(|desk| desk.load(job))?;
    let waits = found.filter(|job| !job.state.is_over());
    Ok(waits.map(|job| Time::from_millis(job.next)))
}

/// Schedules a hook. Returns its job and when that is due.
fn next(runtime: &Runtime, at: usize) -> Result<(JobId, Time)> {
    let step = Step {
        link: Link::Start,
        at: u32::try_from(at)?,
        about: runtime.holder().to_owned(),
    };
    let path = runtime.hooks().start[at];
    let scheduled = runtime.with_jobs(|desk| {
        let job = schedule(desk, &step, JobKind::Mutation, path, Object::new())?;
        let holder = runtime.holder().to_owned();
        let fields = fields_of(&StoredStart { job, holder })?;
        desk.transaction()
            .with(|transaction| transaction.insert(TABLE, fields))?;
        Ok((job, desk.now()))
    });
    scheduled.map(|(job, _)| job)
}

/// Gives up what a process that is gone has left of its start: this one has its own.
pub(super) fn forget_that_of_others(runtime: &Runtime) -> Result<()> {
    runtime.with_jobs(|desk| forget(desk, runtime.holder())).map(drop)
}

/// Cancels the hooks of other starts that still wait, and removes the rows that name them.
fn forget(desk: &Desk<'_>, holder: &str) -> Result<()> {
    let all = desk.transaction().with(|transaction| {
        let mut scan = transaction.scan(TABLE, None, Order::Asc)?;
        let mut all = Vec::new();
        while let Some(document) = scan.next(transaction)? {
            all.push(document);
        }
        Ok(all)
    })?;
    for document in all {
        let start: StoredStart = from_object(&document.fields)?;
        if start.holder == holder {
            continue;
        }
        desk.cancel(start.job)?;
        desk.transaction()
            .with(|transaction| transaction.delete(document.id).map(drop))?;
    }
    Ok(())
}
