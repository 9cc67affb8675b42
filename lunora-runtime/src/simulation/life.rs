//! One life of a server: from its start to its end, whichever that is.

use std::{sync::Arc, time::Duration};

use lunora_core::time::Time;
use rand::RngExt;

use super::{
    application::{APP, RUNNING},
    client::{Watching, call_often, look},
    history::History,
    operation::Operation,
};
use crate::{
    database,
    functions::{Clock, EngineOptions, Runtime, Seeds},
    store::{Commit, Embedded, Options, SimulatedDisk, Store, StoreError, Timestamp, delegate},
    sync::{
        simulated::{Random, Simulation},
        since_1970, thread,
    },
};

/// How often somebody looks whether the store has failed.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Long enough for whatever is under way.
const QUIET: Duration = Duration::from_secs(20);

/// What a life has to do with.
#[derive(Clone)]
pub(super) struct Life {
    pub(super) simulation: Simulation,
    pub(super) disk: SimulatedDisk,
    pub(super) history: History,
    /// Nothing goes wrong in it.
    pub(super) is_calm: bool,
}

impl Life {
    pub(super) fn run(&self) {
        let Some(store) = self.open_store() else { return };
        let Some(runtime) = self.open_runtime(store) else {
            return;
        };
        // What is there is what should be.
        look(&runtime, &self.history, Operation::everything());
        let watching = self.start_watchers(&runtime);
        if !self.wait_for_clients(&runtime) {
            return;
        }
        thread::sleep(QUIET);
        if runtime.has_failed() {
            return;
        }
        let newest = runtime.database().durable();
        for watching in watching {
            watching.tell(&self.history, newest);
        }
        if self.is_calm || self.draws(RngExt::random) {
            let closed = runtime.database().close();
            assert!(closed.is_ok() || !self.is_calm, "{closed:?}");
        }
    }

    fn draws<T>(&self, draw: impl FnOnce(&mut Random) -> T) -> T {
        self.simulation.random(draw)
    }

    fn generator(&self) -> Random {
        self.draws(Random::split)
    }

    /// Whether a start may fail like this.
    fn excuse(&self, error: &StoreError) {
        let is_damage = matches!(
            error,
            StoreError::Damaged { .. } | StoreError::DamagedState { .. }
        );
        assert!(
            !is_damage && !self.is_calm || self.disk.is_off(),
            "the store does not open: {error}"
        );
    }

    fn open_store(&self) -> Option<Embedded> {
        let options = self.draws(options);
        match self.disk.open_store(&options) {
            Ok(store) => {
                let recovered = self.history.recovered(store.ordered());
                assert!(recovered.is_ok(), "{}", recovered.unwrap_err());
                Some(store)
            }
            Err(error) => {
                self.excuse(&error);
                None
            }
        }
    }

    fn open_runtime(&self, store: Embedded) -> Option<Runtime> {
        let store = Arc::new(Witness {
            store,
            history: self.history.clone(),
        });
        let engine = EngineOptions {
            clock: Arc::new(SimulatedClock),
            seeds: Seeds::fixed(self.draws(RngExt::random)),
            threads: self.draws(|random| random.random_range(2..4)),
            query_cache_bytes: self.draws(|random| [0, 1 << 12, 1 << 20][random.random_range(0..3)]),
            ..EngineOptions::default()
        };
        let opening = database::OpenOptions {
            cache_bytes: 1 << 20,
            ..database::OpenOptions::default()
        };
        let opened = Runtime::open(APP, store, engine, opening);
        if let Err(error) = &opened {
            assert!(!self.is_calm, "the server does not start: {error}");
        }
        opened.ok()
    }

    fn start_watchers(&self, runtime: &Runtime) -> Vec<Watching> {
        let watchers = self.draws(|random| random.random_range(0..3));
        (0..watchers)
            .map(|_| {
                let (watching, mut random) = (Watching::default(), self.generator());
                let (own, runtime, history) = (watching.clone(), runtime.clone(), self.history.clone());
                spawn("watcher", move || own.watch(&runtime, &history, &mut random));
                watching
            })
            .collect()
    }

    /// False if the store has failed before they were done.
    fn wait_for_clients(&self, runtime: &Runtime) -> bool {
        let clients = self.draws(|random| random.random_range(2..5));
        let done = Arc::new(());
        for _ in 0..clients {
            let (mut random, done) = (self.generator(), Arc::clone(&done));
            let (runtime, history) = (runtime.clone(), self.history.clone());
            let calls = self.draws(|random| random.random_range(2..12));
            spawn("client", move || {
                call_often(&runtime, &history, &mut random, calls);
                drop(done);
            });
        }
        while Arc::strong_count(&done) > 1 {
            thread::sleep(LOOK_EVERY);
            if runtime.has_failed() {
                assert!(!self.is_calm, "the store has failed");
                return false;
            }
        }
        true
    }
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) {
    thread::Builder::new().name(name.to_owned()).spawn(body).unwrap();
}

/// Limits that are met all the time.
fn options(random: &mut Random) -> Options {
    let mut one_of = |choices: [usize; 3]| choices[random.random_range(0..3)];
    Options {
        overlay_bytes: one_of([1 << 12, 1 << 14, 1 << 20]),
        log_bytes: one_of([1 << 11, 1 << 13, 1 << 20]),
        segment_bytes: one_of([1 << 10, 1 << 12, 1 << 14]),
        cache_bytes: 1 << 16,
        recent_commits: one_of([4, 64, 1 << 10]),
        history: Duration::from_millis(one_of([1, 100, 10_000]) as u64),
        history_at_least: Duration::from_millis(one_of([0, 10, 2_000]) as u64),
        ..Options::default()
    }
}

#[derive(Debug)]
struct SimulatedClock;

impl Clock for SimulatedClock {
    fn now(&self) -> Time {
        (std::time::UNIX_EPOCH + since_1970()).into()
    }
}

/// A store that tells the history which call each commit is of.
#[derive(Debug)]
struct Witness {
    store: Embedded,
    history: History,
}

impl Store for Witness {
    delegate!((store): ordered, durable, snapshot, frozen, when_durable, on_failure, feed, close);

    fn append(&self, after: Timestamp, commit: &Commit) -> Result<(), StoreError> {
        let Some(running) = RUNNING.get() else {
            return self.store.append(after, commit);
        };
        self.history.orders(commit.ts, running);
        let appended = self.store.append(after, commit);
        self.history.ordered(appended.is_ok());
        appended
    }
}
