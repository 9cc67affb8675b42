//! `ctx.scheduler()` of a query: jobs to look at.

use std::time::Duration;

use lunora_core::{
    error::Result,
    id::TableTag,
    job::{JOBS, JobId, JobState},
    limits::LimitExceeded,
    table::IndexBounds,
    time::Time,
    value::{Value, from_object},
};

use super::{Job, JobKind, StoredJob, stored::BY_NEXT};
use crate::{
    database::{Order, SharedTransaction},
    functions::{BoxFuture, blocked::MaySchedule},
};

/// Most jobs of one list.
const MAX_LISTED: usize = 1_000;
/// Largest arguments and results of one list, of either kind.
const MAX_LISTED_BYTES: usize = 16 << 20;

/// The jobs as of a transaction. A query that reads them is live like any other.
///
/// ```
/// # use lunora_core::{error::Result, job::{JobId, JobStatus}};
/// # use lunora_runtime::functions::QueryCtx;
/// async fn progress(ctx: &QueryCtx, job: JobId) -> Result<Option<JobStatus>> {
///     Ok(ctx.scheduler().get(job).await?.map(|job| job.status()))
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct JobReader<'a> {
    transaction: &'a SharedTransaction,
}

impl<'a> JobReader<'a> {
    pub(in crate::functions) const fn new(transaction: &'a SharedTransaction) -> Self {
        Self { transaction }
    }

    /// The job, as long as it is kept: up to 7 days after its end.
    pub fn get(&self, id: JobId) -> BoxFuture<'a, Result<Option<Job>>> {
        let transaction = self.transaction;
        Box::pin(async move { get(transaction, id) })
    }

    /// The first `limit` jobs in this state, up to 1,000: those that are due first, or were over last.
    pub fn list(&self, state: JobState, limit: usize) -> BoxFuture<'a, Result<Vec<Job>>> {
        let transaction = self.transaction;
        Box::pin(async move { list(transaction, state, limit) })
    }
}

/// What a query's scheduler lacks, hidden, with a bound that nothing satisfies: the error is then in our words.
#[doc(hidden)]
#[allow(missing_docs, reason = "hidden")]
impl<'a> JobReader<'a> {
    pub fn run_after<'b, C>(&'b self, _delay: Duration, _call: C) -> BoxFuture<'a, Result<JobId>>
    where
        &'b Self: MaySchedule,
    {
        Box::pin(std::future::pending())
    }

    pub fn run_at<'b, C>(&'b self, _time: Time, _call: C) -> BoxFuture<'a, Result<JobId>>
    where
        &'b Self: MaySchedule,
    {
        Box::pin(std::future::pending())
    }

    pub fn cancel<'b>(&'b self, _job: JobId) -> BoxFuture<'a, Result<bool>>
    where
        &'b Self: MaySchedule,
    {
        Box::pin(std::future::pending())
    }
}

pub(super) fn get(transaction: &SharedTransaction, id: JobId) -> Result<Option<Job>> {
    Ok(load(transaction, id)?.map(|stored| Job::new(id, stored)))
}

/// The document of a job.
pub(super) fn load(transaction: &SharedTransaction, id: JobId) -> Result<Option<StoredJob>> {
    let document = transaction.with(|transaction| transaction.get(id.untyped()))?;
    let job = document.map(|document| Ok(from_object(&document.fields)?));
    job.transpose()
}

pub(super) fn list(transaction: &SharedTransaction, state: JobState, limit: usize) -> Result<Vec<Job>> {
    if limit > MAX_LISTED {
        return Err(too_much("jobs_listed", MAX_LISTED).into());
    }
    let mut jobs = Vec::new();
    for kind in JobKind::ALL {
        jobs.extend(of_kind(transaction, state, kind, limit)?);
    }
    jobs.sort_by(|(left, _), (right, _)| left.total_cmp(right));
    if state.is_over() {
        jobs.reverse();
    }
    jobs.truncate(limit);
    Ok(jobs.into_iter().map(|(_, job)| job).collect())
}

fn too_much(name: &'static str, limit: usize) -> LimitExceeded {
    LimitExceeded {
        name,
        limit: limit as u64,
        advice: "list fewer jobs at a time",
    }
}

fn of_kind(
    transaction: &SharedTransaction,
    state: JobState,
    kind: JobKind,
    limit: usize,
) -> Result<Vec<(f64, Job)>> {
    let order = if state.is_over() { Order::Desc } else { Order::Asc };
    transaction.with(|transaction| {
        let mut scan = transaction.scan(TableTag::of(JOBS), Some(&line(state, kind)), order)?;
        let (mut jobs, mut bytes) = (Vec::new(), 0);
        while jobs.len() < limit
            && let Some(document) = scan.next(transaction)?
        {
            let stored: StoredJob = from_object(&document.fields)?;
            bytes += stored.args.len() + stored.result.as_ref().map_or(0, |result| result.len());
            if bytes > MAX_LISTED_BYTES {
                return Err(too_much("jobs_listed_bytes", MAX_LISTED_BYTES).into());
            }
            let id = JobId::try_from_untyped(document.id)?;
            jobs.push((stored.next, Job::new(id, stored)));
        }
        Ok(jobs)
    })
}

/// The jobs of a kind in one state, by what is to be done next.
pub(super) fn line(state: JobState, kind: JobKind) -> IndexBounds {
    let text = |text: &str| Some(Value::from(text));
    IndexBounds {
        index: BY_NEXT,
        equal: vec![text(state.name()), text(kind.name())],
        lower: None,
        upper: None,
    }
}
