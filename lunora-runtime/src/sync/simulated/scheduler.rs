//! Who goes on, and when.

use std::{
    any::Any,
    cell::RefCell,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use parking_lot::Mutex;
use rand::RngExt;

use super::random::Random;

/// How a simulation goes.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// After so many steps it ends, wherever its threads are.
    pub(crate) steps: u64,
    /// When it begins, from the first moment of all.
    pub(crate) since: Duration,
    /// What the time of day is ahead of that.
    pub(crate) wall_clock: Duration,
}

/// Why a simulation is over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Its main thread came to its end.
    Whole,
    /// It was ended from within, or had made its steps.
    Crashed,
    /// A thread failed, or all of them wait for each other.
    Failed(String),
}

/// How a simulation ended.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) ended: Ended,
    /// When, from the first moment of all.
    pub(crate) now: Duration,
    /// After how many steps.
    pub(crate) steps: u64,
}

/// A handle of a simulation under way.
#[derive(Clone)]
pub(crate) struct Simulation(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// The thread that has the baton.
    running: AtomicUsize,
    is_over: AtomicBool,
    wall_clock: Duration,
}

struct State {
    random: Random,
    now: Duration,
    threads: Vec<Seat>,
    left: u64,
    /// How often another one goes on where the same one could.
    switch: f64,
    failure: Option<String>,
    handles: Vec<thread::JoinHandle<()>>,
}

struct Seat {
    name: String,
    thread: Option<Thread>,
    waits: Waits,
    has_timed_out: bool,
    /// It gets its turn seldom, as on a machine that is busy.
    is_slow: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Waits {
    Ready,
    For {
        what: Option<usize>,
        until: Option<Duration>,
    },
    Ended,
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Woken {
    Notified,
    TimedOut,
    /// The simulation is over, and this thread is on its way out.
    Over,
}

/// What a thread of a simulation that is over unwinds with.
struct Over;

thread_local! {
    static SEAT: RefCell<Option<Me>> = const { RefCell::new(None) };
}

/// A thread of a simulation, as it knows itself.
#[derive(Clone)]
pub(super) struct Me {
    simulation: Simulation,
    seat: usize,
}

/// A slow thread is passed over so often.
const PASSED_OVER: f64 = 0.95;
/// How often time leaps although somebody could go on.
const LEAP: f64 = 0.002;
/// A step takes at most so many nanoseconds.
const STEP_NANOS: u64 = 20_000;

impl Simulation {
    /// Runs `main` and all threads that come of it.
    pub(crate) fn run(plan: &Plan, main: impl FnOnce(&Self)) -> Ending {
        let mut random = Random::seeded(plan.seed);
        let switch = [0.02, 0.1, 0.4, 1.0][random.random_range(0..4)];
        let state = State {
            random,
            now: plan.since,
            threads: Vec::new(),
            left: plan.steps,
            switch,
            failure: None,
            handles: Vec::new(),
        };
        let simulation = Self(Arc::new(Shared {
            state: Mutex::new(state),
            running: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
            wall_clock: plan.wall_clock,
        }));
        let seat = simulation.take_seat("main", Some(thread::current()));
        let ended = simulation.sit(seat, || main(&simulation));
        let is_whole = ended && !simulation.is_over();
        simulation.crash();
        simulation.join();
        let mut state = simulation.0.state.lock();
        let ended = match state.failure.take() {
            Some(failure) => Ended::Failed(failure),
            None if is_whole => Ended::Whole,
            None => Ended::Crashed,
        };
        Ending {
            ended,
            now: state.now,
            steps: plan.steps - state.left,
        }
    }

    /// A simulation that is over waits for its threads, which wait for nobody but each other.
    fn join(&self) {
        let next = || self.0.state.lock().handles.pop();
        while let Some(handle) = next() {
            let _ = handle.join();
        }
    }

    /// Ends it: nothing happens any more.
    pub(crate) fn crash(&self) {
        self.0.is_over.store(true, SeqCst);
        for seat in &self.0.state.lock().threads {
            if let Some(thread) = &seat.thread {
                thread.unpark();
            }
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.0.is_over.load(SeqCst)
    }

    /// The time since the first moment of all.
    pub(crate) fn now(&self) -> Duration {
        self.0.state.lock().now
    }

    pub(super) fn time_of_day(&self) -> Duration {
        self.now() + self.0.wall_clock
    }

    /// Something that is left to chance.
    pub(crate) fn random<T>(&self, draw: impl FnOnce(&mut Random) -> T) -> T {
        draw(&mut self.0.state.lock().random)
    }

    fn fail(&self, failure: String) {
        self.0.state.lock().failure.get_or_insert(failure);
        self.crash();
    }

    fn take_seat(&self, name: &str, thread: Option<Thread>) -> usize {
        let mut state = self.0.state.lock();
        let is_slow = state.random.random_bool(0.1);
        state.threads.push(Seat {
            name: name.to_owned(),
            thread,
            waits: Waits::Ready,
            has_timed_out: false,
            is_slow,
        });
        state.threads.len() - 1
    }

    /// Starts a thread, which waits for its turn.
    pub(super) fn spawn(
        &self,
        name: &str,
        body: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<(usize, Thread)> {
        let (seat, simulation) = (self.take_seat(name, None), self.clone());
        let handle = thread::Builder::new()
            .name(name.to_owned())
            .stack_size(1 << 20)
            .spawn(move || {
                simulation.wait_for_baton(seat);
                simulation.sit(seat, body);
                simulation.leave(seat);
            })?;
        let thread = handle.thread().clone();
        let mut state = self.0.state.lock();
        state.threads[seat].thread = Some(thread.clone());
        state.handles.push(handle);
        Ok((seat, thread))
    }

    /// Runs `body` as the thread that has this seat. False if it did not come to its end.
    fn sit(&self, seat: usize, body: impl FnOnce()) -> bool {
        if self.is_over() {
            return false;
        }
        let me = Me {
            simulation: self.clone(),
            seat,
        };
        SEAT.set(Some(me));
        let ended = catch_unwind(AssertUnwindSafe(body));
        SEAT.set(None);
        if let Err(panic) = &ended
            && !panic.is::<Over>()
            && !self.is_over()
        {
            let name = self.0.state.lock().threads[seat].name.clone();
            self.fail(format!("{name}: {}", text(&**panic)));
        }
        ended.is_ok()
    }

    /// The thread is at its end; another one goes on.
    fn leave(&self, seat: usize) {
        let mut state = self.0.state.lock();
        state.threads[seat].waits = Waits::Ended;
        state.wake(key_of(seat), usize::MAX);
        drop(state);
        if !self.is_over() {
            self.hand_over(seat);
        }
    }

    pub(super) fn has_ended(&self, seat: usize) -> bool {
        self.0.state.lock().threads[seat].waits == Waits::Ended
    }

    /// Lets somebody go on, which may be the one that asks.
    fn hand_over(&self, seat: usize) {
        let mut state = self.0.state.lock();
        match state.choose(seat) {
            Chosen::Seat(next) => {
                self.0.running.store(next, SeqCst);
                if next != seat
                    && let Some(thread) = &state.threads[next].thread
                {
                    thread.unpark();
                }
            }
            Chosen::Over => {
                drop(state);
                self.crash();
            }
            Chosen::Nobody(who) => {
                drop(state);
                self.fail(format!("all wait for each other: {who}"));
            }
        }
    }

    fn wait_for_baton(&self, seat: usize) {
        while self.0.running.load(SeqCst) != seat && !self.is_over() {
            thread::park();
        }
    }
}

enum Chosen {
    Seat(usize),
    Over,
    Nobody(String),
}

impl State {
    fn choose(&mut self, seat: usize) -> Chosen {
        if self.left == 0 {
            return Chosen::Over;
        }
        self.left -= 1;
        self.now += Duration::from_nanos(self.random.random_range(0..STEP_NANOS));
        let could_go_on = self.threads[seat].waits == Waits::Ready;
        if could_go_on && !self.random.random_bool(self.switch) {
            return Chosen::Seat(seat);
        }
        if self.random.random_bool(LEAP) {
            self.leap();
        }
        self.ring();
        let mut ready = self.ready();
        if ready.is_empty() {
            self.leap();
            self.ring();
            ready = self.ready();
        }
        if ready.is_empty() {
            let waiting = self.threads.iter().filter(|seat| seat.waits != Waits::Ended);
            return Chosen::Nobody(format!(
                "{:?}",
                waiting.map(|seat| &seat.name).collect::<Vec<_>>()
            ));
        }
        if self.random.random_bool(PASSED_OVER) {
            let quick: Vec<_> = ready
                .iter()
                .copied()
                .filter(|seat| !self.threads[*seat].is_slow)
                .collect();
            if !quick.is_empty() {
                ready = quick;
            }
        }
        Chosen::Seat(ready[self.random.random_range(0..ready.len())])
    }

    fn ready(&self) -> Vec<usize> {
        let seats = self.threads.iter().enumerate();
        seats
            .filter(|(_, seat)| seat.waits == Waits::Ready)
            .map(|(seat, _)| seat)
            .collect()
    }

    /// Moves time to the next deadline.
    fn leap(&mut self) {
        let next = self.threads.iter().filter_map(|seat| match seat.waits {
            Waits::For { until, .. } => until,
            _ => None,
        });
        self.now = next.min().map_or(self.now, |next| next.max(self.now));
    }

    /// Those whose deadline has come go on.
    fn ring(&mut self) {
        for seat in &mut self.threads {
            if let Waits::For {
                until: Some(until), ..
            } = seat.waits
                && until <= self.now
            {
                seat.waits = Waits::Ready;
                seat.has_timed_out = true;
            }
        }
    }

    /// Those who wait for `what` go on: one of them, or all.
    fn wake(&mut self, what: usize, mut how_many: usize) {
        let waits = |seat: &Seat| matches!(seat.waits, Waits::For { what: Some(it), .. } if it == what);
        loop {
            let waiting: Vec<_> = (0..self.threads.len())
                .filter(|seat| waits(&self.threads[*seat]))
                .collect();
            if waiting.is_empty() || how_many == 0 {
                return;
            }
            how_many -= 1;
            let one = waiting[self.random.random_range(0..waiting.len())];
            self.threads[one].waits = Waits::Ready;
        }
    }
}

impl Me {
    /// The thread of a simulation that this is, if it is one that still decides something.
    pub(super) fn current() -> Option<Self> {
        SEAT.with_borrow(Clone::clone)
    }

    pub(super) const fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    /// Lets others go on, or this one. False if the simulation is over and this thread on its way out.
    pub(super) fn pause(&self) -> bool {
        self.step(Waits::Ready) != Woken::Over
    }

    /// Waits until `what` is notified, or until a time.
    pub(super) fn wait(&self, what: Option<usize>, until: Option<Duration>) -> Woken {
        self.step(Waits::For { what, until })
    }

    pub(super) fn notify(&self, what: usize, how_many: usize) {
        if !self.simulation.is_over() {
            self.simulation.0.state.lock().wake(what, how_many);
        }
    }

    fn step(&self, waits: Waits) -> Woken {
        if !self.simulation.is_over() {
            let mut state = self.simulation.0.state.lock();
            let seat = &mut state.threads[self.seat];
            seat.waits = waits;
            seat.has_timed_out = false;
            drop(state);
            self.simulation.hand_over(self.seat);
            self.simulation.wait_for_baton(self.seat);
        }
        if !self.simulation.is_over() {
            let timed_out = self.simulation.0.state.lock().threads[self.seat].has_timed_out;
            return if timed_out {
                Woken::TimedOut
            } else {
                Woken::Notified
            };
        }
        if thread::panicking() {
            return Woken::Over;
        }
        resume_unwind(Box::new(Over))
    }
}

/// What those wait for who wait for a thread to end. No object has such an address.
pub(super) const fn key_of(seat: usize) -> usize {
    usize::MAX - seat
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic".to_owned())
}

/// A place where others may go on.
pub(crate) fn pause() {
    if let Some(me) = Me::current() {
        me.pause();
    }
}

/// Ends the simulation that this is a thread of.
pub(crate) fn crash() {
    if let Some(me) = Me::current() {
        me.simulation.crash();
    }
}

/// Whether this is a thread of a simulation that is over.
pub(crate) fn is_over() -> bool {
    Me::current().is_some_and(|me| me.simulation.is_over())
}

struct Alarm {
    simulation: Simulation,
    has_rung: AtomicBool,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.has_rung.store(true, SeqCst);
        if !self.simulation.is_over() {
            let what = Arc::as_ptr(&self) as usize;
            self.simulation.0.state.lock().wake(what, 1);
        }
    }
}

/// Waits for a future, on a thread of a simulation.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let me = Me::current().expect("a thread of a simulation");
    let alarm = Arc::new(Alarm {
        simulation: me.simulation().clone(),
        has_rung: AtomicBool::new(false),
    });
    let (waker, mut future) = (Waker::from(Arc::clone(&alarm)), pin!(future));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        while !alarm.has_rung.swap(false, SeqCst) {
            me.wait(Some(Arc::as_ptr(&alarm) as usize), None);
        }
    }
}
