//! What the crons of these tests do.

use std::sync::atomic::{AtomicUsize, Ordering};

use lunora::prelude::*;
use tokio::sync::Notify;

#[table("ticks")]
#[index(by_name(name))]
pub struct Tick {
    pub name: String,
    pub at: Time,
}

#[internal_mutation]
pub async fn tick(ctx: &mut MutationCtx, name: String) -> Result<()> {
    let at = ctx.now();
    ctx.db().insert(Tick { name, at }).await?;
    Ok(())
}

#[internal_query]
pub async fn ticks(ctx: &QueryCtx, name: String) -> Result<Vec<Time>> {
    let ticks = ctx.db().query::<Tick>().with_index(Tick::by_name().eq(&name));
    Ok(ticks.collect().await?.into_iter().map(|tick| tick.at).collect())
}

/// Fails the first two times, and then every time but the third.
#[internal_action]
pub async fn flaky(ctx: &ActionCtx, name: String) -> Result<()> {
    ctx.run_mutation(crate::internal::work::tick(name.clone()))
        .await?;
    let tries = ctx.run_query(crate::internal::work::ticks(name)).await?.len();
    if tries % 3 == 0 {
        Ok(())
    } else {
        Err(Error::internal(format!("try {tries}")))
    }
}

#[internal_mutation]
pub async fn fail(_ctx: &mut MutationCtx) -> Result<()> {
    Err(Error::internal("as it was told to"))
}

/// Schedules as many jobs as a mutation may.
#[internal_mutation]
pub async fn many(ctx: &mut MutationCtx) -> Result<()> {
    for _ in 0..1_000 {
        let call = crate::internal::work::tick("one of many".to_owned());
        ctx.scheduler().run_after(std::time::Duration::ZERO, call).await?;
    }
    Ok(())
}

#[crons]
pub fn schedule() -> Crons {
    crate::LIST.get()()
}

/// How many jobs are in a state.
#[internal_query]
pub async fn waiting(ctx: &QueryCtx, state: JobState) -> Result<usize> {
    Ok(ctx.scheduler().list(state, 100).await?.len())
}

/// When the first waiting job runs.
#[internal_query]
pub async fn next_run(ctx: &QueryCtx) -> Result<Option<Time>> {
    let jobs = ctx.scheduler().list(JobState::Pending, 1).await?;
    Ok(jobs.first().and_then(lunora::Job::next_run))
}

/// Cancels the jobs that run.
#[internal_mutation]
pub async fn cancel_running(ctx: &mut MutationCtx) -> Result<()> {
    for job in ctx.scheduler().list(JobState::Running, 100).await? {
        ctx.scheduler().cancel(job.id()).await?;
    }
    Ok(())
}

/// How many runs of `stay` have begun.
pub static BEGUN: AtomicUsize = AtomicUsize::new(0);
/// When one of them may end.
pub static LEAVE: Notify = Notify::const_new();

/// Goes on when it is canceled.
#[internal_action]
pub async fn stay(_ctx: &ActionCtx) -> Result<()> {
    BEGUN.fetch_add(1, Ordering::Relaxed);
    LEAVE.notified().await;
    Ok(())
}
