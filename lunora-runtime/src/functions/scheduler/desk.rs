//! The jobs of one transaction.

use lunora_core::{
    document::encode_object,
    error::Result,
    id::TableTag,
    identity::Identity,
    job::{JOBS, JobId, JobState},
    limits::LimitExceeded,
    time::Time,
    value::{Bytes, Object},
};
use parking_lot::Mutex;

use super::{
    Job, JobKind, Origin, Retries, StoredJob,
    ends::Ends,
    inbox::Notice,
    reader::{list, load},
    stored::{BY_NEXT, kept},
};
use crate::{
    database::{Entry, SharedTransaction, Transaction},
    functions::system::fields_of,
};

/// Most jobs that one mutation schedules.
const MAX_JOBS: usize = 1_000;
/// Largest arguments of a job, in bytes.
const MAX_ARGUMENTS: usize = 1 << 20;
/// Largest arguments of all jobs that one mutation schedules.
const MAX_ALL_ARGUMENTS: usize = 16 << 20;

const TABLE: TableTag = TableTag::of(JOBS);

/// The last point in time that JavaScript's `Date` knows, in milliseconds.
const LAST_TIME: f64 = 8.64e15;

/// What a transaction has done to jobs, to be told when it is ordered.
#[derive(Debug, Default)]
pub(in crate::functions) struct Made(Mutex<Done>);

#[derive(Debug, Default)]
struct Done {
    notices: Vec<Notice>,
    scheduled: Scheduled,
}

/// What counts against the limits of a mutation.
#[derive(Debug, Clone, Copy, Default)]
struct Scheduled {
    jobs: usize,
    bytes: usize,
}

/// A place in what a transaction has done to jobs.
#[derive(Debug, Clone, Copy)]
pub(in crate::functions) struct Mark {
    notices: usize,
    scheduled: Scheduled,
}

impl Made {
    pub(super) fn take(&self) -> Vec<Notice> {
        std::mem::take(&mut self.0.lock().notices)
    }

    /// Marks this place.
    pub(in crate::functions) fn mark(&self) -> Mark {
        let done = self.0.lock();
        Mark {
            notices: done.notices.len(),
            scheduled: done.scheduled,
        }
    }

    /// Forgets what has been taken back since `mark`.
    pub(in crate::functions) fn undo_to(&self, mark: Mark) {
        let mut done = self.0.lock();
        done.notices.truncate(mark.notices);
        done.scheduled = mark.scheduled;
    }

    fn add(&self, notice: Notice) {
        self.0.lock().notices.push(notice);
    }

    /// Counts a job that is being scheduled.
    fn count(&self, bytes: usize) -> Result<(), LimitExceeded> {
        check("job_argument_bytes", bytes, MAX_ARGUMENTS)?;
        let scheduled = &mut self.0.lock().scheduled;
        scheduled.jobs += 1;
        scheduled.bytes += bytes;
        check("jobs_scheduled", scheduled.jobs, MAX_JOBS)?;
        check("jobs_argument_bytes", scheduled.bytes, MAX_ALL_ARGUMENTS)
    }
}

fn check(name: &'static str, value: usize, limit: usize) -> Result<(), LimitExceeded> {
    if value <= limit {
        return Ok(());
    }
    Err(LimitExceeded {
        name,
        limit: limit as u64,
        advice: "schedule less in one mutation, and pass large data by the id of a document",
    })
}

/// A call to be scheduled.
#[derive(Debug, Clone)]
pub(crate) struct NewJob {
    /// Wire path of the function.
    pub(crate) target: String,
    pub(crate) kind: JobKind,
    pub(crate) args: Object,
    /// Past times are now.
    pub(crate) due: Time,
    pub(crate) retries: Option<Retries>,
    pub(crate) identity: Option<Identity>,
    pub(crate) origin: Option<Origin>,
}

/// Reads and writes the jobs of one transaction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Desk<'a> {
    transaction: &'a SharedTransaction,
    made: &'a Made,
    ends: &'a Ends,
    now: Time,
    /// The job whose action makes this transaction.
    within: Option<JobId>,
}

impl<'a> Desk<'a> {
    pub(in crate::functions) const fn new(
        transaction: &'a SharedTransaction,
        made: &'a Made,
        ends: &'a Ends,
        now: Time,
        within: Option<JobId>,
    ) -> Self {
        Self {
            transaction,
            made,
            ends,
            now,
            within,
        }
    }

    /// The transaction itself.
    pub(crate) const fn transaction(&self) -> &'a SharedTransaction {
        self.transaction
    }

    /// Its time.
    pub(crate) const fn now(&self) -> Time {
        self.now
    }

    /// Schedules a call. If this transaction is made by an action whose job was canceled, so is the new one.
    pub(crate) fn schedule(&self, new: NewJob) -> Result<JobId> {
        let mut args = Vec::new();
        encode_object(&new.args, &mut args);
        match new.origin {
            None => self.made.count(args.len())?,
            // The server schedules it, which counts against no function.
            Some(_) => check("job_argument_bytes", args.len(), MAX_ARGUMENTS)?,
        }
        let due = new.due.as_millis().max(self.now.as_millis()).min(LAST_TIME);
        let mut job = StoredJob {
            target: new.target,
            kind: new.kind,
            args: Bytes(args),
            state: JobState::Pending,
            next: due,
            scheduled_for: due,
            attempts: 0,
            started_at: None,
            ended_at: None,
            holder: None,
            error: None,
            raised: None,
            result: None,
            retries: new.retries,
            identity: new.identity.as_ref().map(kept),
            origin: new.origin,
        };
        if self.is_canceled()? {
            job.cancel(self.now);
        }
        self.insert(&job)
    }

    /// Cancels a job; false if it is over already, or unknown. What runs meanwhile is told.
    pub(crate) fn cancel(&self, id: JobId) -> Result<bool> {
        let Some(mut job) = self.load(id)?.filter(|job| !job.state.is_over()) else {
            return Ok(false);
        };
        job.cancel(self.now);
        self.put(id, &job)?;
        self.made.add(Notice::Canceled(id));
        Ok(true)
    }

    /// The same for a function. No hook is a function's to stop: a client could have it done.
    pub(super) fn cancel_for_function(&self, id: JobId) -> Result<bool> {
        match self.load(id)? {
            Some(job) if !job.is_hook() => self.cancel(id),
            _ => Ok(false),
        }
    }

    /// Runs a job once more that has failed or was canceled; false if it did neither. Of one that the server made for
    /// itself, its maker says whether it may: a cron has one run at a time.
    pub(crate) fn retry(&self, id: JobId) -> Result<bool> {
        let is_off = |job: &StoredJob| matches!(job.state, JobState::Failed | JobState::Canceled);
        let Some(mut job) = self.load(id)?.filter(is_off) else {
            return Ok(false);
        };
        if !self.ends.may_run_again(self, &job)? {
            return Ok(false);
        }
        job.revive(self.now);
        self.put(id, &job)?;
        Ok(true)
    }

    /// The first jobs in a state.
    pub(crate) fn list(&self, state: JobState, limit: usize) -> Result<Vec<Job>> {
        list(self.transaction, state, limit)
    }

    /// Lets those hear who [listen](crate::functions::Runtime::listen) to `name`, when this is ordered.
    pub(crate) fn say(&self, name: String) {
        self.made.add(Notice::Said(name));
    }

    /// The job, if there is one.
    pub(crate) fn load(&self, id: JobId) -> Result<Option<StoredJob>> {
        load(self.transaction, id)
    }

    /// Changes a job, and tells whoever made it if it is over.
    pub(super) fn put(&self, id: JobId, job: &StoredJob) -> Result<()> {
        let fields = fields_of(job)?;
        let place = self.transaction.with(|transaction| {
            transaction.replace(id.untyped(), fields)?;
            transaction.entry(id.untyped(), BY_NEXT)
        })?;
        if let Some(place) = place {
            self.note(job, place);
        }
        self.ends.tell(self, id, job)
    }

    fn insert(&self, job: &StoredJob) -> Result<JobId> {
        let fields = fields_of(job)?;
        let insert = |transaction: &mut Transaction| transaction.insert_with_entry(TABLE, fields, BY_NEXT);
        let (id, place) = self.transaction.with(insert)?;
        let id = JobId::try_from_untyped(id)?;
        self.note(job, place);
        self.ends.tell(self, id, job)?;
        Ok(id)
    }

    /// Lets the runner hear of a job, if it waits.
    fn note(&self, job: &StoredJob, place: Entry) {
        if job.state == JobState::Pending {
            self.made.add(Notice::Waits(job.kind, place));
        }
    }

    fn is_canceled(&self) -> Result<bool> {
        let Some(id) = self.within else { return Ok(false) };
        let job = self.load(id)?;
        // One that waits was canceled and is to be run once more: this is still the run that was canceled.
        let goes_on = |job: StoredJob| !matches!(job.state, JobState::Canceled | JobState::Pending);
        Ok(!job.is_some_and(goes_on))
    }
}
