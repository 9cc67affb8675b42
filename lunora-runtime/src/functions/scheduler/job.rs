//! A job as functions see it.

use lunora_core::{
    error::Result,
    job::{JobId, JobState, JobStatus},
    time::Time,
    value::{Object, Value},
};

use super::StoredJob;

/// A scheduled call, as far as the server may know it. It does not travel: what a client may know is its
/// [`status`](Self::status).
#[derive(Debug, Clone)]
pub struct Job {
    id: JobId,
    stored: StoredJob,
}

impl Job {
    pub(in crate::functions) const fn new(id: JobId, stored: StoredJob) -> Self {
        Self { id, stored }
    }

    pub(in crate::functions) fn into_stored(self) -> StoredJob {
        self.stored
    }

    /// Its id.
    pub const fn id(&self) -> JobId {
        self.id
    }

    /// What a function may tell a client.
    pub fn status(&self) -> JobStatus {
        self.stored.status()
    }

    /// Where it stands.
    pub const fn state(&self) -> JobState {
        self.stored.state
    }

    /// Wire path of the function that it calls.
    pub fn target(&self) -> &str {
        &self.stored.target
    }

    /// What it calls it with; of the connection that a hook is told of, without the session.
    pub fn arguments(&self) -> Result<Object> {
        self.stored.shown_arguments()
    }

    /// When it runs next; `None` when it is over, or runs now.
    pub fn next_run(&self) -> Option<Time> {
        (self.stored.state == JobState::Pending).then(|| Time::from_millis(self.stored.next))
    }

    /// Why its last run failed.
    pub fn error(&self) -> Option<&str> {
        self.stored.error.as_deref()
    }

    /// What it returned, unless that was larger than 64 KiB.
    pub fn result(&self) -> Result<Option<Value>> {
        self.stored.result()
    }
}
