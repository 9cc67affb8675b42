//! What the runner asks of the table of jobs.

use std::{ops::Bound, sync::Arc};

use lunora_core::{
    error::{Error, Result},
    id::TableTag,
    job::{JOBS, JobId, JobState},
    table::IndexBounds,
    time::Time,
};
use tokio::{runtime::Handle, sync::oneshot};

use super::{Heard, JobEnd, JobKind, JobRunner, News, StoredJob, desk::Desk, reader::line, stored::NEXT};
use crate::{
    database::{Entry, Freshness},
    functions::{Clock, Runtime, engine::Engine, system::SystemTransaction},
    store::Timestamp,
};

/// The process that ran the action has ended before it did.
#[derive(Debug, thiserror::Error)]
#[error(
    "the process that ran this action ended before the action did: what it has done by then is not known"
)]
struct Abandoned;

/// When something is to be done with the job at this place.
pub(crate) fn due(place: &Entry) -> Time {
    let next = place.value(NEXT).and_then(|value| value.as_f64());
    Time::from_millis(next.unwrap_or(0.0))
}

/// The job at this place.
pub(crate) fn job_at(place: &Entry) -> Option<JobId> {
    JobId::try_from_untyped(place.id()?).ok()
}

impl Runtime {
    /// Runs jobs; their actions on `tokio`.
    pub(crate) fn job_runner(&self, tokio: Handle) -> JobRunner {
        JobRunner {
            engine: Arc::clone(self.engine()),
            tokio,
        }
    }

    /// Runs `work` in a transaction that may schedule calls, and returns when it is ordered. This blocks the thread.
    pub(crate) fn with_jobs<T>(&self, work: impl Fn(&Desk<'_>) -> Result<T>) -> Result<(T, Timestamp)> {
        self.engine().with_jobs(work)
    }

    /// The same; returns when it is on disk.
    pub(crate) fn with_jobs_on_disk<T>(&self, work: impl Fn(&Desk<'_>) -> Result<T>) -> Result<T> {
        let (value, ts) = self.with_jobs(work)?;
        self.system().on_disk(ts)?;
        Ok(value)
    }

    /// The next places in a range of an index, as of now. This blocks the thread.
    pub(crate) fn entries(
        &self,
        table: TableTag,
        bounds: &IndexBounds,
        from: Bound<&Entry>,
        limit: usize,
    ) -> Result<Vec<Entry>> {
        self.engine().entries(table, bounds, from, limit)
    }

    /// The name of this process in what it holds. No other has it.
    pub(crate) fn holder(&self) -> &str {
        self.engine().jobs.holder()
    }

    /// Hears of what transactions say under a name, from now on.
    pub(crate) fn listen(&self, name: &str) -> Heard {
        self.engine().jobs.listen(name)
    }

    /// Lets `end` hear of the end of jobs whose origin is of this kind.
    pub(crate) fn on_job_end(&self, kind: &'static str, end: Arc<dyn JobEnd>) {
        self.engine().jobs.register(kind, end);
    }
}

impl Engine {
    fn entries(
        &self,
        table: TableTag,
        bounds: &IndexBounds,
        from: Bound<&Entry>,
        limit: usize,
    ) -> Result<Vec<Entry>> {
        let options = SystemTransaction::options_at(self.clock.now());
        let mut transaction = self.database.begin(Freshness::Ordered, options)?;
        transaction.entries(table, bounds, from, limit)
    }
}

impl JobRunner {
    /// The clock of all calls.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.engine.clock
    }

    /// What has begun to wait since this was asked last.
    pub(crate) fn news(&self, kind: JobKind) -> News {
        self.engine.jobs.news(kind)
    }

    /// Resolves when there are news.
    pub(crate) async fn wait(&self, kind: JobKind) {
        self.engine.jobs.wait(kind).await;
    }

    /// Resolves when everything that is ordered is on disk.
    pub(crate) async fn on_disk(&self) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        let database = &self.engine.database;
        let done = move |result| drop(reply.send(result));
        database.when_durable(database.ordered(), Box::new(done));
        Ok(answer.await??)
    }

    /// The next places in a line of jobs. This blocks the thread.
    pub(crate) fn places(
        &self,
        state: JobState,
        kind: JobKind,
        from: Bound<&Entry>,
        limit: usize,
    ) -> Result<Vec<Entry>> {
        self.engine
            .entries(TableTag::of(JOBS), &line(state, kind), from, limit)
    }

    /// Ends the jobs at these places that a process ran which is gone. (No other process has the store now.)
    pub(crate) fn abandon(&self, places: &[Entry]) -> Result<()> {
        self.each(places, |desk, id, mut job| {
            let is_ours = job.holder.as_deref() == Some(self.engine.jobs.holder());
            if job.state == JobState::Running && !is_ours {
                job.fail(&Error::from(Abandoned), desk.now());
                desk.put(id, &job)?;
            }
            Ok(())
        })
    }

    /// Removes the jobs at these places that have been over for long enough.
    pub(crate) fn remove(&self, places: &[Entry]) -> Result<()> {
        self.each(places, |desk, id, job| {
            if job.state.is_over() && job.next <= desk.now().as_millis() {
                desk.transaction()
                    .with(|transaction| transaction.delete(id.untyped()))?;
            }
            Ok(())
        })
    }

    fn each(&self, places: &[Entry], work: impl Fn(&Desk<'_>, JobId, StoredJob) -> Result<()>) -> Result<()> {
        let ids: Vec<_> = places.iter().filter_map(job_at).collect();
        let all = self.engine.with_jobs(|desk| {
            ids.iter().try_for_each(|id| match desk.load(*id)? {
                Some(job) => work(desk, *id, job),
                None => Ok(()),
            })
        });
        all.map(|_| ())
    }
}
