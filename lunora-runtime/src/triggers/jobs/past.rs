//! Jobs that nobody runs any more: those of a process that is gone, and those that have been over for long.

use std::{ops::Bound, time::Duration};

use lunora_core::{error::Result, job::JobState};
use tokio::time::sleep;

use crate::functions::{JobKind, JobRunner, due};

/// How many jobs are removed in one transaction.
const PAGE: usize = 256;
/// How often those are removed that have been over for long.
const PURGE_EVERY: Duration = Duration::from_mins(1);

/// Ends the jobs that were running when their process ended.
pub(in crate::triggers) fn abandon_those_of_others(jobs: &JobRunner) -> Result<()> {
    for kind in JobKind::ALL {
        let mut last = None;
        loop {
            let from = last.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
            let places = jobs.places(JobState::Running, kind, from, PAGE)?;
            if places.is_empty() {
                break;
            }
            jobs.abandon(&places)?;
            last = places.into_iter().next_back();
        }
    }
    Ok(())
}

/// Removes jobs when they have been over for long enough.
pub(in crate::triggers) async fn purge_for_ever(jobs: JobRunner) {
    loop {
        let jobs_to_purge = jobs.clone();
        match tokio::task::spawn_blocking(move || purge(&jobs_to_purge)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "old jobs could not be removed"),
            Err(error) => tracing::error!(%error, "the removal of old jobs ended"),
        }
        sleep(PURGE_EVERY).await;
    }
}

/// Removes the jobs that have been over for long enough by now.
pub(super) fn purge(jobs: &JobRunner) -> Result<()> {
    let over = JobState::ALL.into_iter().filter(|state| state.is_over());
    for (state, kind) in over.flat_map(|state| JobKind::ALL.map(|kind| (state, kind))) {
        let mut last = None;
        loop {
            let from = last.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
            let mut places = jobs.places(state, kind, from, PAGE)?;
            let now = jobs.clock().now();
            places.retain(|place| due(place) <= now);
            if places.is_empty() {
                break;
            }
            jobs.remove(&places)?;
            last = places.pop();
        }
    }
    Ok(())
}
