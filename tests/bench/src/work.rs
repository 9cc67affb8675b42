//! The functions that the benchmark of jobs schedules.

#![allow(unreachable_pub, reason = "an application is written as a library is")]

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use lunora::prelude::*;

use crate::internal;

/// How many jobs have run that do nothing.
pub static DONE: AtomicUsize = AtomicUsize::new(0);
/// How late the others were.
pub static LATE: Mutex<Vec<Duration>> = Mutex::new(Vec::new());

#[table("notes")]
#[index(by_text(text))]
#[derive(Debug)]
pub struct Note {
    pub text: String,
}

/// The mutation that scheduling is compared with.
#[mutation]
pub async fn plain(ctx: &mut MutationCtx, text: String) -> Result<Id<Note>> {
    ctx.db().insert(Note { text }).await
}

/// The same with a job in the place of the document.
#[mutation]
pub async fn scheduled(ctx: &mut MutationCtx, text: String) -> Result<JobId> {
    drop(text);
    let call = internal::work::nothing();
    ctx.scheduler().run_after(Duration::from_hours(24), call).await
}

#[mutation]
pub async fn schedule_many(ctx: &mut MutationCtx, jobs: u32) -> Result<()> {
    for _ in 0..jobs {
        let call = internal::work::nothing();
        ctx.scheduler().run_after(Duration::ZERO, call).await?;
    }
    Ok(())
}

/// Schedules `jobs` from `start` on, a millisecond apart.
#[mutation]
pub async fn schedule_due(ctx: &mut MutationCtx, start: Time, jobs: u32) -> Result<()> {
    for number in 0..jobs {
        let due = start + Duration::from_millis(number.into());
        ctx.scheduler().run_at(due, internal::work::late(due)).await?;
    }
    Ok(())
}

#[internal_mutation]
pub async fn nothing(_ctx: &mut MutationCtx) -> Result<()> {
    DONE.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

#[internal_mutation]
pub async fn late(_ctx: &mut MutationCtx, due: Time) -> Result<()> {
    let late = Time::from(SystemTime::now()).since(due);
    LATE.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .push(late);
    Ok(())
}
