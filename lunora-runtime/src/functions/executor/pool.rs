//! The threads, and the watchdog that replaces stuck ones.

use std::{
    io,
    sync::{Arc, Weak},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, tick};
use parking_lot::Mutex;

/// Calls that may wait for a thread.
const MAX_WAITING: usize = 8_192;
/// Threads that handlers which never yield may hold before no more are put in their place.
const MAX_STUCK: usize = 64;
/// A handler that has not yielded for this long is stuck.
const STUCK_AFTER: Duration = Duration::from_secs(1);
const WATCH_EVERY: Duration = Duration::from_millis(250);

/// As many calls wait as may: the server is overloaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Overloaded: {MAX_WAITING} calls are waiting for a thread")]
pub(crate) struct PoolFull;

struct Job {
    name: &'static str,
    work: Box<dyn FnOnce() + Send>,
}

/// What a thread is doing, for the watchdog.
#[derive(Debug, Default)]
struct Slot {
    busy: Mutex<Option<Busy>>,
}

#[derive(Debug)]
struct Busy {
    name: &'static str,
    since: Instant,
    /// The watchdog has put another thread in this one's place; it ends after this job.
    replaced: bool,
}

/// A pool of threads for queries and mutations. Ends with its last handle, after the jobs that wait.
#[derive(Debug, Clone)]
pub(crate) struct Executor {
    jobs: Sender<Job>,
}

impl Executor {
    /// Starts `threads` threads and the watchdog.
    pub(crate) fn start(threads: usize) -> io::Result<Self> {
        let (jobs, queue) = bounded(MAX_WAITING);
        let crew = Arc::new(Crew {
            queue,
            slots: Mutex::default(),
        });
        (0..threads.max(1)).try_for_each(|_| crew.hire())?;
        let watched = Arc::downgrade(&crew);
        thread::Builder::new()
            .name("lunora-watchdog".to_owned())
            .spawn(move || watch(&watched))?;
        Ok(Self { jobs })
    }

    /// Runs `work` on a thread of the pool; `name` is what the log calls it if it gets stuck.
    pub(crate) fn run(
        &self,
        name: &'static str,
        work: impl FnOnce() + Send + 'static,
    ) -> Result<(), PoolFull> {
        self.jobs
            .try_send(Job {
                name,
                work: Box::new(work),
            })
            .map_err(|error| match error {
                TrySendError::Full(_) | TrySendError::Disconnected(_) => PoolFull,
            })
    }
}

#[derive(Debug)]
struct Crew {
    queue: Receiver<Job>,
    slots: Mutex<Vec<Arc<Slot>>>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Job({})", self.name)
    }
}

impl Crew {
    fn hire(self: &Arc<Self>) -> io::Result<()> {
        let slot = Arc::new(Slot::default());
        self.slots.lock().push(Arc::clone(&slot));
        let (queue, crew) = (self.queue.clone(), Arc::clone(self));
        let thread = thread::Builder::new().name("lunora-functions".to_owned());
        thread.spawn(move || {
            work(&queue, &slot);
            crew.slots.lock().retain(|other| !Arc::ptr_eq(other, &slot));
        })?;
        Ok(())
    }

    fn replace_stuck(self: &Arc<Self>) {
        let slots = self.slots.lock().clone();
        let stuck_before = slots.iter().filter(|slot| slot.is_replaced()).count();
        let stuck = slots.iter().filter_map(|slot| slot.replace_if_stuck());
        for (name, stuck_now) in stuck.zip(stuck_before + 1..) {
            tracing::warn!(
                function = name,
                stuck_now,
                "a function has not yielded for {STUCK_AFTER:?}; it holds a thread until it does"
            );
            if stuck_now > MAX_STUCK {
                tracing::error!("{MAX_STUCK} threads are held by functions that do not yield; none is added");
            } else if let Err(error) = self.hire() {
                tracing::error!(%error, "no thread could be started in the place of a stuck one");
            }
        }
    }
}

impl Slot {
    fn is_replaced(&self) -> bool {
        self.busy.lock().as_ref().is_some_and(|busy| busy.replaced)
    }

    fn replace_if_stuck(&self) -> Option<&'static str> {
        let mut busy = self.busy.lock();
        let busy = busy
            .as_mut()
            .filter(|busy| !busy.replaced && busy.since.elapsed() > STUCK_AFTER)?;
        busy.replaced = true;
        Some(busy.name)
    }
}

fn watch(crew: &Weak<Crew>) {
    let ticks = tick(WATCH_EVERY);
    while ticks.recv().is_ok() {
        // The threads hold the crew: when the last has ended, so does the watchdog.
        let Some(crew) = crew.upgrade() else { return };
        crew.replace_stuck();
    }
}

fn work(queue: &Receiver<Job>, slot: &Slot) {
    while let Ok(job) = queue.recv() {
        *slot.busy.lock() = Some(Busy {
            name: job.name,
            since: Instant::now(),
            replaced: false,
        });
        (job.work)();
        if slot.busy.lock().take().is_some_and(|busy| busy.replaced) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuck_jobs_do_not_hold_up_others() {
        let executor = Executor::start(2).unwrap();
        let (free, wait) = bounded::<()>(0);
        for _ in 0..4 {
            let wait = wait.clone();
            executor
                .run("stuck", move || {
                    let _ = wait.recv();
                })
                .unwrap();
        }
        let (done, answer) = bounded(1);
        executor
            .run("quick", move || {
                let _ = done.send(7);
            })
            .unwrap();
        assert_eq!(answer.recv_timeout(Duration::from_secs(30)), Ok(7));
        drop(free);
    }
}
