//! What the jobs of one process have in common.

use std::{collections::HashMap, sync::Arc};

use data_encoding::HEXLOWER;
use lunora_core::job::{JobId, JobState};
use parking_lot::Mutex;
use rand::Rng;

use super::{
    Cancellation, JobKind, News, Origin, StoredJob,
    desk::Made,
    ends::{Ends, JobEnd},
    heard::{Heard, Listeners},
    inbox::{Inbox, Notice},
};

/// Hears of jobs, and knows the actions that run as one.
#[derive(Debug)]
pub(in crate::functions) struct Jobs {
    /// The name of this process in the jobs that it runs. No other has it.
    holder: String,
    ends: Ends,
    gates: Inbox,
    mutations: Inbox,
    actions: Inbox,
    running: Mutex<HashMap<JobId, Running>>,
    /// Those that have begun and are not over. The runner may read a job and hear of it as well; this spares a second run of
    /// it at the same time. (What forbids one is the look at the job in the transaction that ends it.)
    begun: Mutex<HashMap<Attempt, Course>>,
    listeners: Listeners,
}

/// An action that runs as a job. One that was canceled runs for as long as it likes.
#[derive(Debug)]
struct Running {
    origin: Option<Origin>,
    cancellation: Cancellation,
}

/// How a run that has begun goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    AsItShould,
    /// It is a mutation that holds its thread without end.
    Stuck,
}

/// A run of a job, by its number and its time. (One that was canceled and is run again within a millisecond has both of the
/// run before, and waits for the next start if that still goes on.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Attempt {
    id: JobId,
    number: u32,
    /// The bits of the time.
    due: u64,
}

impl Attempt {
    /// The one that the job waits for.
    pub(super) const fn next(id: JobId, job: &StoredJob) -> Self {
        Self {
            id,
            number: job.attempts,
            due: job.next.to_bits(),
        }
    }
}

impl Jobs {
    pub(in crate::functions) fn new() -> Self {
        let mut holder = [0; 16];
        rand::rng().fill_bytes(&mut holder);
        Self {
            holder: HEXLOWER.encode(&holder),
            ends: Ends::default(),
            gates: Inbox::default(),
            mutations: Inbox::default(),
            actions: Inbox::default(),
            running: Mutex::default(),
            begun: Mutex::default(),
            listeners: Listeners::default(),
        }
    }

    /// Hears of a transaction that has been ordered.
    pub(in crate::functions) fn hear(&self, made: &Made) {
        for notice in made.take() {
            match notice {
                Notice::Waits(kind, place) => self.inbox(kind).put(place),
                Notice::Said(name) => self.listeners.tell(&name),
                Notice::Canceled(id) => {
                    if let Some(running) = self.running.lock().get(&id) {
                        running.cancellation.request();
                    }
                }
            }
        }
    }

    pub(super) fn listen(&self, name: &str) -> Heard {
        self.listeners.listen(name)
    }

    /// The name of this process.
    pub(super) fn holder(&self) -> &str {
        &self.holder
    }

    pub(in crate::functions) const fn ends(&self) -> &Ends {
        &self.ends
    }

    pub(super) fn news(&self, kind: JobKind) -> News {
        self.inbox(kind).take()
    }

    pub(super) async fn wait(&self, kind: JobKind) {
        self.inbox(kind).wait().await;
    }

    pub(super) fn register(&self, kind: &'static str, end: Arc<dyn JobEnd>) {
        self.ends.register(kind, end);
    }

    /// Lets a cancel find the action that is about to run. False if it is not to run yet: the job runs already, or another
    /// that was made for the same purpose does.
    pub(super) fn runs(&self, id: JobId, origin: Option<&Origin>, cancellation: &Cancellation) -> bool {
        let mut running = self.running.lock();
        let is_in_the_way = |other: &Running| origin.is_some() && other.origin.as_ref() == origin;
        if running.contains_key(&id) || running.values().any(is_in_the_way) {
            return false;
        }
        let (origin, cancellation) = (origin.cloned(), cancellation.clone());
        running.insert(id, Running { origin, cancellation });
        true
    }

    pub(super) fn runs_no_more(&self, id: JobId) {
        self.running.lock().remove(&id);
    }

    /// A run begins; false if it has.
    pub(super) fn begin(&self, attempt: Attempt) -> bool {
        let mut begun = self.begun.lock();
        let is_new = !begun.contains_key(&attempt);
        if is_new {
            begun.insert(attempt, Course::AsItShould);
        }
        is_new
    }

    /// It is over, or puts the job off.
    pub(super) fn end(&self, attempt: Attempt) {
        self.begun.lock().remove(&attempt);
    }

    /// The run holds its thread without end.
    pub(super) fn note_stuck(&self, attempt: Attempt) {
        self.note(attempt, Course::Stuck);
    }

    /// It does not, or not any more.
    pub(super) fn note_not_stuck(&self, attempt: Attempt) {
        self.note(attempt, Course::AsItShould);
    }

    fn note(&self, attempt: Attempt, course: Course) {
        if let Some(known) = self.begun.lock().get_mut(&attempt) {
            *known = course;
        }
    }

    /// Whether the run that the job waits for holds its thread without end. (A mutation's job waits until that commits.)
    pub(in crate::functions) fn is_stuck(&self, id: JobId, job: &StoredJob) -> bool {
        let course = self.begun.lock().get(&Attempt::next(id, job)).copied();
        job.state == JobState::Pending && course == Some(Course::Stuck)
    }

    const fn inbox(&self, kind: JobKind) -> &Inbox {
        match kind {
            JobKind::Gate => &self.gates,
            JobKind::Mutation => &self.mutations,
            JobKind::Action => &self.actions,
        }
    }
}
