//! What the commits of this process say of jobs, until somebody listens.

use std::collections::BTreeSet;

use lunora_core::job::JobId;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::stored::JobKind;
use crate::database::Entry;

/// Most jobs of a kind that an inbox remembers one by one.
const REMEMBERED: usize = 4_096;

/// Something about a job that has been ordered.
#[derive(Debug)]
pub(super) enum Notice {
    /// It waits for its time.
    Waits(JobKind, Entry),
    Canceled(JobId),
    /// Something was said under this name.
    Said(String),
}

/// Jobs that have begun to wait since somebody last looked.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Their places.
    pub(crate) jobs: BTreeSet<Entry>,
    /// There were too many: from this place on, some may be missing.
    pub(crate) missing_from: Option<Entry>,
}

#[derive(Debug, Default)]
pub(super) struct Inbox {
    news: Mutex<News>,
    arrived: Notify,
}

impl Inbox {
    pub(super) fn put(&self, job: Entry) {
        self.news.lock().add(job);
        self.arrived.notify_one();
    }

    pub(super) fn take(&self) -> News {
        std::mem::take(&mut self.news.lock())
    }

    /// Resolves when there is something new.
    pub(super) async fn wait(&self) {
        self.arrived.notified().await;
    }
}

impl News {
    fn add(&mut self, job: Entry) {
        if self.missing_from.as_ref().is_some_and(|missing| *missing <= job) {
            return;
        }
        self.jobs.insert(job);
        if self.jobs.len() > REMEMBERED {
            self.missing_from = self.jobs.pop_last();
        }
    }
}
