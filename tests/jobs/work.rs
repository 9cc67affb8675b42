//! Functions that schedule, and functions that are scheduled.

use std::{
    collections::BTreeMap,
    sync::{LazyLock, Mutex},
    time::Duration,
};

use super::{api, internal, schema::Note};
use lunora::prelude::*;

/// What actions have been told, by the name that the test gave them.
static TOLD: LazyLock<Mutex<BTreeMap<String, tokio::sync::mpsc::UnboundedSender<String>>>> =
    LazyLock::new(Mutex::default);

/// Hears what actions say under this name.
pub fn listen(name: &str) -> tokio::sync::mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    TOLD.lock().unwrap().insert(name.to_owned(), sender);
    receiver
}

fn say(name: &str, text: impl Into<String>) {
    if let Some(listener) = TOLD.lock().unwrap().get(name) {
        drop(listener.send(text.into()));
    }
}

#[internal_mutation]
pub async fn note(ctx: &mut MutationCtx, text: String) -> Result<String> {
    ctx.db().insert(Note { text: text.clone() }).await?;
    Ok(text)
}

#[internal_mutation]
pub async fn whoever(ctx: &mut MutationCtx) -> Result<()> {
    let text = match ctx.auth().identity() {
        Some(user) => format!("{} {}", user.token_identifier, user.claims["role"]),
        None => "nobody".to_owned(),
    };
    ctx.db().insert(Note { text }).await?;
    Ok(())
}

#[internal_query]
pub async fn notes(ctx: &QueryCtx) -> Result<Vec<String>> {
    let entries = ctx.db().query::<Note>().collect().await?;
    Ok(entries.iter().map(|entry| entry.text.clone()).collect())
}

#[mutation]
pub async fn later(ctx: &mut MutationCtx, seconds: u32, text: String) -> Result<JobId> {
    let delay = Duration::from_secs(seconds.into());
    ctx.scheduler().run_after(delay, internal::work::note(text)).await
}

#[mutation]
pub async fn later_and_fail(ctx: &mut MutationCtx, text: String) -> Result<()> {
    ctx.scheduler()
        .run_after(Duration::ZERO, internal::work::note(text))
        .await?;
    Err(Error::not_found("what was wanted"))
}

#[mutation]
pub async fn later_nested(ctx: &mut MutationCtx) -> Result<()> {
    ctx.run_mutation(api::work::later(0, "kept".to_owned())).await?;
    let taken_back = ctx
        .run_mutation(api::work::later_and_fail("taken back".to_owned()))
        .await;
    assert!(taken_back.is_err());
    Ok(())
}

#[mutation]
pub async fn note_as_caller(ctx: &mut MutationCtx) -> Result<()> {
    ctx.scheduler()
        .run_after(Duration::ZERO, internal::work::whoever())
        .await?;
    ctx.scheduler()
        .run_after(Duration::ZERO, internal::work::whoever())
        .run_as_caller()
        .await?;
    Ok(())
}

#[mutation]
pub async fn at(ctx: &mut MutationCtx, time: Time, text: String) -> Result<JobId> {
    ctx.scheduler().run_at(time, internal::work::note(text)).await
}

#[mutation]
pub async fn many(ctx: &mut MutationCtx, jobs: u32) -> Result<()> {
    for number in 0..jobs {
        let call = internal::work::note(number.to_string());
        ctx.scheduler().run_after(Duration::ZERO, call).await?;
    }
    Ok(())
}

#[mutation]
pub async fn wordy(ctx: &mut MutationCtx, bytes: u32, jobs: u32) -> Result<()> {
    for _ in 0..jobs {
        let call = internal::work::note("x".repeat(bytes as usize));
        ctx.scheduler().run_after(Duration::ZERO, call).await?;
    }
    Ok(())
}

#[mutation]
pub async fn cancel(ctx: &mut MutationCtx, job: JobId) -> Result<bool> {
    ctx.scheduler().cancel(job).await
}

#[mutation]
pub async fn cancel_and_fail(ctx: &mut MutationCtx, job: JobId) -> Result<()> {
    assert!(ctx.scheduler().cancel(job).await?);
    Err(Error::not_found("what was wanted"))
}

#[mutation]
pub async fn cancel_nested(ctx: &mut MutationCtx, job: JobId) -> Result<()> {
    let taken_back = ctx.run_mutation(api::work::cancel_and_fail(job)).await;
    assert!(taken_back.is_err());
    Ok(())
}

#[mutation]
pub async fn cancel_and_look(ctx: &mut MutationCtx, job: JobId) -> Result<Option<JobStatus>> {
    ctx.scheduler().cancel(job).await?;
    Ok(ctx.scheduler().get(job).await?.map(|job| job.status()))
}

/// Finds the job that it runs as, tries to cancel it, and notes what came of that.
#[internal_mutation]
pub async fn cancel_itself(ctx: &mut MutationCtx) -> Result<()> {
    let waiting = ctx.scheduler().list(JobState::Pending, 1).await?;
    let own = waiting.first().ok_or_else(|| Error::not_found("job"))?.id();
    let is_canceled = ctx.scheduler().cancel(own).await?;
    let text = is_canceled.to_string();
    ctx.db().insert(Note { text }).await.map(drop)
}

#[mutation]
pub async fn many_and_fail(ctx: &mut MutationCtx, jobs: u32) -> Result<()> {
    ctx.run_mutation(api::work::many(jobs)).await?;
    Err(Error::app("it fails"))
}

#[mutation]
pub async fn many_nested(ctx: &mut MutationCtx, taken_back: u32, kept: u32) -> Result<()> {
    let failed = ctx.run_mutation(api::work::many_and_fail(taken_back)).await;
    assert!(failed.is_err());
    ctx.run_mutation(api::work::many(kept)).await
}

#[query]
pub async fn status(ctx: &QueryCtx, job: JobId) -> Result<Option<JobStatus>> {
    Ok(ctx.scheduler().get(job).await?.map(|job| job.status()))
}

#[query]
pub async fn waiting(ctx: &QueryCtx) -> Result<Vec<JobId>> {
    let jobs = ctx.scheduler().list(JobState::Pending, 100).await?;
    Ok(jobs.iter().map(lunora::Job::id).collect())
}

#[internal_query]
pub async fn describe(ctx: &QueryCtx, job: JobId) -> Result<String> {
    let job = ctx
        .scheduler()
        .get(job)
        .await?
        .ok_or_else(|| Error::not_found("job"))?;
    let (args, result) = (job.arguments()?, job.result()?);
    Ok(format!(
        "{} {:?} {result:?} {:?}",
        job.target(),
        args.get("text"),
        job.error()
    ))
}

#[internal_mutation]
pub async fn fail(ctx: &mut MutationCtx, text: String) -> Result<()> {
    ctx.db().insert(Note { text }).await?;
    Err(Error::app("it fails"))
}

#[internal_mutation]
pub async fn panic(_ctx: &mut MutationCtx) -> Result<()> {
    panic!("on purpose")
}

/// Fails until it is the `good`th run since the test began.
#[internal_mutation]
pub async fn flaky(ctx: &mut MutationCtx, job_of: String, good: u32) -> Result<()> {
    say(&job_of, "run");
    if ctx.now().as_millis() < 1_893_456_000_000.0 + f64::from(good) * 1_000.0 {
        return Err(Error::app("not yet"));
    }
    Ok(())
}

#[internal_action]
pub async fn act(ctx: &ActionCtx, name: String) -> Result<String> {
    say(&name, "acting");
    ctx.run_mutation(internal::work::note(name.clone())).await?;
    Ok(format!("{name} is done"))
}

/// Fails, and says under which job id.
#[internal_action]
pub async fn act_flaky(ctx: &ActionCtx, name: String) -> Result<()> {
    let job = ctx.job_id().ok_or_else(|| Error::internal("this is no job"))?;
    say(&name, job.to_string());
    Err(Error::app("not today"))
}

/// Schedules from an action.
#[action]
pub async fn from_action(ctx: &ActionCtx, text: String) -> Result<JobId> {
    ctx.scheduler()
        .run_after(Duration::from_secs(5), internal::work::note(text))
        .await
}

/// Says that it runs, waits to be canceled, and schedules something afterwards: itself and through a mutation.
#[internal_action]
pub async fn told(ctx: &ActionCtx, name: String) -> Result<()> {
    say(&name, "running");
    ctx.cancellation().requested().await;
    ctx.scheduler()
        .run_after(Duration::ZERO, internal::work::note("afterwards".to_owned()))
        .await?;
    ctx.run_mutation(api::work::later(0, "afterwards".to_owned()))
        .await?;
    ctx.run_action(internal::work::relay("afterwards".to_owned()))
        .await?;
    say(&name, "told");
    Ok(())
}

/// When `asked` is to say whether it was canceled.
pub static ASKED: tokio::sync::Notify = tokio::sync::Notify::const_new();

/// Says that it runs, and when it is asked, whether it was told to stop.
#[internal_action]
pub async fn asked(ctx: &ActionCtx, name: String) -> Result<()> {
    say(&name, "running");
    ASKED.notified().await;
    let is_canceled = ctx.cancellation().is_requested();
    say(&name, if is_canceled { "canceled" } else { "goes on" });
    Ok(())
}

/// When `off` is to go on.
pub static OFF: tokio::sync::Notify = tokio::sync::Notify::const_new();

/// Says that it runs, and schedules something when it is told to go on, whether it was canceled or not.
#[internal_action]
pub async fn off(ctx: &ActionCtx, name: String) -> Result<()> {
    say(&name, "running");
    OFF.notified().await;
    ctx.scheduler()
        .run_after(Duration::ZERO, internal::work::note("afterwards".to_owned()))
        .await?;
    say(&name, "off");
    Ok(())
}

#[internal_action]
pub async fn relay(ctx: &ActionCtx, text: String) -> Result<()> {
    ctx.scheduler()
        .run_after(Duration::ZERO, internal::work::note(text))
        .await?;
    Ok(())
}

#[query]
pub async fn watched(ctx: &QueryCtx, job: JobId) -> Result<String> {
    let job = ctx.scheduler().get(job).await?;
    Ok(job.map_or_else(|| "unknown".to_owned(), |job| job.state().to_string()))
}

#[mutation]
pub async fn schedule_action(
    ctx: &mut MutationCtx,
    what: String,
    name: String,
    retries: u32,
) -> Result<JobId> {
    let (scheduler, now, second) = (ctx.scheduler(), Duration::ZERO, Duration::from_secs(1));
    match what.as_str() {
        "act" => scheduler.run_after(now, internal::work::act(name)).await,
        "told" => scheduler.run_after(now, internal::work::told(name)).await,
        "asked" => scheduler.run_after(now, internal::work::asked(name)).await,
        "off" => scheduler.run_after(now, internal::work::off(name)).await,
        "actFlaky" => {
            let call = internal::work::act_flaky(name);
            scheduler.run_after(now, call).retry(retries, second).await
        }
        "flaky" => {
            let call = internal::work::flaky(name, 7);
            scheduler.run_after(now, call).retry(retries, second).await
        }
        "fail" => scheduler.run_after(now, internal::work::fail(name)).await,
        "cancelItself" => scheduler.run_after(now, internal::work::cancel_itself()).await,
        "panic" => scheduler.run_after(now, internal::work::panic()).await,
        other => Err(Error::internal(format!("there is no {other}"))),
    }
}

/// Reads a number and writes the next one: two at one time conflict.
#[internal_mutation]
pub async fn count_up(ctx: &mut MutationCtx) -> Result<()> {
    let last = ctx.db().query::<Note>().order(Order::Desc).first().await?;
    let next = last.map_or(Ok(0), |last| last.text.parse::<u32>())? + 1;
    ctx.db()
        .insert(Note {
            text: next.to_string(),
        })
        .await?;
    Ok(())
}

/// Schedules itself `left` times, a second apart.
#[internal_mutation]
pub async fn chain(ctx: &mut MutationCtx, left: u32) -> Result<()> {
    ctx.db()
        .insert(Note {
            text: left.to_string(),
        })
        .await?;
    if left > 0 {
        let next = internal::work::chain(left - 1);
        ctx.scheduler().run_after(Duration::from_secs(1), next).await?;
    }
    Ok(())
}
