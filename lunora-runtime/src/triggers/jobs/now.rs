//! One job, at once.

use std::convert::Infallible;

use lunora_core::{job::JobId, time::Time};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::functions::{JobKind, JobRunner, JobSlot};

/// The slot of somebody who waits until it is dropped.
#[derive(Debug)]
struct Awaited(#[expect(dead_code, reason = "its end is what is waited for")] oneshot::Sender<Infallible>);

impl JobSlot for Awaited {}

/// The slot of somebody who does not wait for a job that holds its thread without end.
#[derive(Debug)]
struct AwaitedUnlessStuck(Mutex<Option<Awaited>>);

impl JobSlot for AwaitedUnlessStuck {
    fn set_aside(&self) {
        self.0.lock().take();
    }
}

/// Runs a job that waits for this time; returns when its run is over.
pub(super) async fn run_now(jobs: &JobRunner, kind: JobKind, id: JobId, due: Time) {
    run_in(jobs, kind, id, due, |slot| slot).await;
}

/// The same; returns as well when it holds its thread without end.
pub(in crate::triggers) async fn run_unless_stuck(jobs: &JobRunner, kind: JobKind, id: JobId, due: Time) {
    let unless_stuck = |slot| AwaitedUnlessStuck(Mutex::new(Some(slot)));
    run_in(jobs, kind, id, due, unless_stuck).await;
}

async fn run_in<S: JobSlot>(
    jobs: &JobRunner,
    kind: JobKind,
    id: JobId,
    due: Time,
    slot: impl FnOnce(Awaited) -> S,
) {
    let (waits, is_over) = oneshot::channel();
    let mut started = jobs.start(kind, id, due, slot(Awaited(waits)));
    while let Err(stalled) = started {
        tokio::task::yield_now().await;
        started = stalled.retry();
    }
    // It is dropped, never sent.
    let _: Result<Infallible, _> = is_over.await;
}
