//! One job, at once.

use std::convert::Infallible;

use lunora_core::{job::JobId, time::Time};
use tokio::sync::oneshot;

use crate::functions::{JobRunner, JobSlot};

/// The slot of somebody who waits until it is dropped.
#[derive(Debug)]
struct Awaited(#[expect(dead_code, reason = "its end is what is waited for")] oneshot::Sender<Infallible>);

impl JobSlot for Awaited {}

/// Runs a job that waits for this time; returns when its run is over.
pub(in crate::triggers) async fn run_now(jobs: &JobRunner, id: JobId, due: Time) {
    let (slot, is_over) = oneshot::channel();
    let mut started = jobs.start(id, due, Awaited(slot));
    while let Err(stalled) = started {
        tokio::task::yield_now().await;
        started = stalled.retry();
    }
    // It is dropped, never sent.
    let _: Result<Infallible, _> = is_over.await;
}
