//! The threads, and the watchdog that replaces stuck ones.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Weak},
    time::Duration,
};

use crate::sync::{
    Instant, Mutex,
    channel::{Receiver, Sender, TrySendError, bounded},
    thread,
};

/// Calls that may wait for a thread.
const MAX_WAITING: usize = 8_192;
/// Urgent jobs that may.
const MAX_URGENT: usize = 256;
/// Threads that handlers which never yield may hold before no more are put in their place.
const MAX_STUCK: usize = 64;
const WATCH_EVERY: Duration = Duration::from_millis(250);

/// As many calls wait as may: the server is overloaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Overloaded: {MAX_WAITING} calls are waiting for a thread")]
pub(crate) struct PoolFull;

/// Work that waits for a thread.
pub(crate) struct Job {
    name: &'static str,
    patience: Duration,
    is_urgent: bool,
    work: OnSlot,
}

type OnSlot = Box<dyn FnOnce(&Arc<Slot>) + Send>;

/// What a thread is doing, for the watchdog.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    busy: Mutex<Option<Busy>>,
}

struct Busy {
    name: &'static str,
    patience: Duration,
    since: Instant,
    /// The watchdog has put another thread in this one's place; it ends after this job.
    replaced: bool,
    /// The log has named what it does now.
    reported: bool,
    /// Who wants to hear that it is stuck.
    stuck: Option<Box<dyn FnOnce() + Send>>,
}

/// A pool of threads for queries and mutations. Ends with its last handle, after the jobs that wait.
#[derive(Debug, Clone)]
pub(crate) struct Executor {
    jobs: Sender<Next>,
    urgent: Sender<Job>,
}

/// What a thread finds in the line.
#[derive(Debug)]
enum Next {
    Job(Job),
    /// There was an urgent job in the other line. This wakes a thread, if all are idle.
    Urgent,
}

impl Executor {
    /// Starts `threads` threads and the watchdog.
    pub(crate) fn start(threads: usize) -> io::Result<Self> {
        Self::start_with(threads, MAX_STUCK)
    }

    fn start_with(threads: usize, max_stuck: usize) -> io::Result<Self> {
        let (jobs, waiting) = bounded(MAX_WAITING);
        let (urgent, first) = bounded(MAX_URGENT);
        let crew = Arc::new(Crew {
            lines: Lines { waiting, first },
            slots: Mutex::default(),
            max_stuck,
        });
        (0..threads.max(1)).try_for_each(|_| crew.hire())?;
        let watched = Arc::downgrade(&crew);
        thread::Builder::new()
            .name("lunora-watchdog".to_owned())
            .spawn(move || watch(&watched))?;
        Ok(Self { jobs, urgent })
    }

    /// Runs `work` on a thread of the pool. After `patience` it counts as stuck, and the log calls it `name`.
    pub(crate) fn run(
        &self,
        name: &'static str,
        patience: Duration,
        work: impl FnOnce() + Send + 'static,
    ) -> Result<(), PoolFull> {
        self.run_job(Job::new(name, patience, work)).map_err(|_| PoolFull)
    }

    /// The same; gives the job back if there is no room for it.
    pub(crate) fn run_job(&self, job: Job) -> Result<(), Job> {
        if job.is_urgent {
            return self.run_first(job);
        }
        match self
            .jobs
            .try_send(Next::Job(job))
            .map_err(TrySendError::into_inner)
        {
            Err(Next::Job(job)) => Err(job),
            _ => Ok(()),
        }
    }

    fn run_first(&self, job: Job) -> Result<(), Job> {
        self.urgent.try_send(job).map_err(TrySendError::into_inner)?;
        // If there is no room for it, no thread is idle, and each looks at the other line after what it does now.
        let _ = self.jobs.try_send(Next::Urgent);
        Ok(())
    }
}

/// What waits for a thread. Each thread takes from both by turns, so that no urgent job waits behind a line and no line
/// behind urgent jobs.
#[derive(Debug, Clone)]
struct Lines {
    waiting: Receiver<Next>,
    first: Receiver<Job>,
}

impl Lines {
    fn urgent(&self) -> Option<Job> {
        // Two loads, where `try_recv` has a fence.
        if self.first.is_empty() {
            return None;
        }
        self.first.try_recv().ok()
    }
}

#[derive(Debug)]
struct Crew {
    lines: Lines,
    slots: Mutex<Vec<Arc<Slot>>>,
    /// See [`MAX_STUCK`].
    max_stuck: usize,
}

impl Job {
    pub(crate) fn new(name: &'static str, patience: Duration, work: impl FnOnce() + Send + 'static) -> Self {
        Self::on_slot(name, patience, |_| work())
    }

    /// Work that finds out on its thread what it is: it says so to the slot.
    pub(crate) fn on_slot(
        name: &'static str,
        patience: Duration,
        work: impl FnOnce(&Arc<Slot>) + Send + 'static,
    ) -> Self {
        Self {
            name,
            patience,
            is_urgent: false,
            work: Box::new(work),
        }
    }

    /// It is next when a thread is free, if `is_urgent`.
    pub(crate) fn urgent(self, is_urgent: bool) -> Self {
        Self { is_urgent, ..self }
    }
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
        let (crew, own) = (Arc::clone(self), Arc::clone(&slot));
        let thread = thread::Builder::new().name("lunora-functions".to_owned());
        let started = thread.spawn(move || {
            work(&crew.lines, &own);
            crew.dismiss(&own);
        });
        started.map(drop).inspect_err(|_| self.dismiss(&slot))
    }

    fn dismiss(&self, slot: &Arc<Slot>) {
        self.slots.lock().retain(|other| !Arc::ptr_eq(other, slot));
    }

    fn replace_stuck(self: &Arc<Self>) {
        let slots = self.slots.lock().clone();
        let mut stuck = slots.iter().filter(|slot| slot.is_replaced()).count();
        for slot in slots {
            if slot.replace_if_stuck(|| stuck < self.max_stuck && self.is_hired()) {
                stuck += 1;
            }
        }
    }

    fn is_hired(self: &Arc<Self>) -> bool {
        let hired = self.hire();
        if let Err(error) = &hired {
            tracing::error!(%error, "no thread could be started in the place of a stuck one");
        }
        hired.is_ok()
    }
}

impl Slot {
    /// From now on the thread does something else, with a patience of its own. `stuck` is called, on the watchdog's
    /// thread, when that has an end.
    pub(crate) fn turn_to(
        &self,
        name: &'static str,
        patience: Duration,
        stuck: impl FnOnce() + Send + 'static,
    ) {
        if let Some(busy) = &mut *self.busy.lock() {
            (busy.name, busy.patience, busy.since) = (name, patience, Instant::now());
            busy.reported = false;
            busy.stuck = Some(Box::new(stuck));
        }
    }

    fn does(
        self: &Arc<Self>,
        Job {
            name, patience, work, ..
        }: Job,
    ) -> Then {
        let busy = Busy {
            name,
            patience,
            since: Instant::now(),
            replaced: false,
            reported: false,
            stuck: None,
        };
        *self.busy.lock() = Some(busy);
        // A handler's panic is caught where its answer is made; what comes here was thrown by something it left behind.
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            tracing::error!(
                function = name,
                "a panic went past the call, while what it had held was dropped"
            );
        }
        match self.busy.lock().take() {
            Some(busy) if busy.replaced => Then::Ends,
            _ => Then::GoesOn,
        }
    }

    fn is_replaced(&self) -> bool {
        self.busy.lock().as_ref().is_some_and(|busy| busy.replaced)
    }

    /// Names a stuck job, and gives its thread a successor, if it has none and `hire` can. Until then the thread stays one
    /// of the crew.
    fn replace_if_stuck(&self, hire: impl FnOnce() -> bool) -> bool {
        let mut busy = self.busy.lock();
        let stuck = busy.as_mut().filter(|busy| busy.since.elapsed() > busy.patience);
        let Some(busy) = stuck else { return false };
        if !busy.reported {
            busy.report();
        }
        if busy.replaced {
            return false;
        }
        busy.replaced = hire();
        busy.replaced
    }
}

/// What a thread does after a job.
#[derive(Debug, PartialEq, Eq)]
enum Then {
    GoesOn,
    /// Another is in its place.
    Ends,
}

impl Busy {
    fn report(&mut self) {
        self.reported = true;
        let (function, patience) = (self.name, self.patience);
        tracing::warn!(
            function,
            "this function has held a thread for {patience:?} without yielding, and still does"
        );
        if let Some(stuck) = self.stuck.take() {
            stuck();
        }
    }
}

impl std::fmt::Debug for Busy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Busy({}, since {:?})", self.name, self.since)
    }
}

fn watch(crew: &Weak<Crew>) {
    loop {
        thread::sleep(WATCH_EVERY);
        // The threads hold the crew: when the last has ended, so does the watchdog.
        let Some(crew) = crew.upgrade() else { return };
        crew.replace_stuck();
    }
}

fn work(lines: &Lines, slot: &Arc<Slot>) {
    loop {
        if let Some(job) = lines.urgent()
            && slot.does(job) == Then::Ends
        {
            return;
        }
        let Ok(next) = lines.waiting.recv() else { return };
        if let Next::Job(job) = next
            && slot.does(job) == Then::Ends
        {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::bounded;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(100);

    /// Runs a job that answers, and waits for the answer.
    fn answers(executor: &Executor) -> bool {
        let (done, answer) = bounded(1);
        let quick = move || {
            let _ = done.send(());
        };
        executor.run("quick", PATIENCE, quick).is_ok() && answer.recv_timeout(Duration::from_mins(1)).is_ok()
    }

    #[test]
    fn panics_do_not_use_up_the_threads() {
        let executor = Executor::start(2).unwrap();
        for _ in 0..8 {
            executor.run("panics", PATIENCE, || panic!("on purpose")).unwrap();
        }
        assert!(answers(&executor));
    }

    #[test]
    fn threads_come_back_after_more_were_stuck_than_are_replaced() {
        let executor = Executor::start_with(2, 3).unwrap();
        let (free, wait) = bounded::<()>(0);
        for _ in 0..15 {
            let wait = wait.clone();
            let stuck = move || {
                let _ = wait.recv();
            };
            executor.run("stuck", PATIENCE, stuck).unwrap();
        }
        // Two threads and three in their place: ten jobs are left.
        while executor.jobs.len() > 10 {
            thread::sleep(PATIENCE);
        }
        drop(free);
        assert!(answers(&executor));
        assert!(answers(&executor));
    }

    #[test]
    fn stuck_jobs_do_not_hold_up_others() {
        let executor = Executor::start(2).unwrap();
        let (free, wait) = bounded::<()>(0);
        for _ in 0..4 {
            let wait = wait.clone();
            executor
                .run("stuck", PATIENCE, move || {
                    let _ = wait.recv();
                })
                .unwrap();
        }
        let (done, answer) = bounded(1);
        executor
            .run("quick", PATIENCE, move || {
                let _ = done.send(7);
            })
            .unwrap();
        assert_eq!(answer.recv_timeout(Duration::from_secs(30)), Ok(7));
        drop(free);
    }

    /// Holds the only thread of an executor until the sender is dropped.
    fn held(executor: &Executor, patience: Duration) -> crossbeam_channel::Sender<()> {
        let (free, wait) = bounded::<()>(0);
        let (begins, begun) = bounded(1);
        let hold = move || {
            let _ = begins.send(());
            let _ = wait.recv();
        };
        executor.run("held", patience, hold).unwrap();
        begun.recv().unwrap();
        free
    }

    #[test]
    fn what_is_urgent_waits_behind_no_line_and_the_line_goes_on() {
        let executor = Executor::start(1).unwrap();
        let free = held(&executor, Duration::MAX);
        let (say, said) = bounded(8);
        for (name, is_urgent) in [("a", false), ("b", false), ("x", true), ("y", true)] {
            let say = say.clone();
            let work = move || say.send(name).unwrap();
            let job = Job::new(name, Duration::MAX, work).urgent(is_urgent);
            executor.run_job(job).unwrap();
        }
        drop((free, say));
        assert_eq!(said.iter().collect::<String>(), "xayb");
    }

    #[test]
    fn what_is_urgent_wakes_an_idle_thread_and_is_bounded() {
        let executor = Executor::start(1).unwrap();
        let (done, answer) = bounded(MAX_URGENT + 1);
        let job = || {
            let done = done.clone();
            Job::new("urgent", Duration::MAX, move || done.send(()).unwrap()).urgent(true)
        };
        executor.run_job(job()).unwrap();
        assert_eq!(answer.recv_timeout(Duration::from_mins(1)), Ok(()));
        let free = held(&executor, Duration::MAX);
        for _ in 0..MAX_URGENT {
            executor.run_job(job()).unwrap();
        }
        let refused = executor.run_job(job()).unwrap_err();
        assert!(refused.is_urgent);
        drop(free);
        for _ in 0..MAX_URGENT {
            assert_eq!(answer.recv_timeout(Duration::from_mins(1)), Ok(()));
        }
    }

    #[test]
    fn what_a_thread_turns_to_after_another_took_its_place_is_named_as_well() {
        let executor = Executor::start(1).unwrap();
        let (free, wait) = bounded::<()>(0);
        let (say, said) = bounded(2);
        let work = move |slot: &Arc<Slot>| {
            while !slot.is_replaced() {
                std::thread::park_timeout(PATIENCE);
            }
            for name in ["first", "second"] {
                let say = say.clone();
                slot.turn_to(name, PATIENCE, move || say.send(name).unwrap());
                let _ = wait.recv();
            }
        };
        executor.run_job(Job::on_slot("looks", PATIENCE, work)).unwrap();
        for name in ["first", "second"] {
            assert_eq!(said.recv_timeout(Duration::from_mins(1)), Ok(name));
            free.send(()).unwrap();
        }
    }
}
