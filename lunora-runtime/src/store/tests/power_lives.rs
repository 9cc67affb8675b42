//! A directory over several lives: in each its store is written to, or another one takes its place, until the process is
//! killed, the power fails or all is done. The next life finds what was promised in those before.
//!
//! A process that is killed leaves names that are on no disk, and the next one builds on them. So many lives end right after
//! a name has changed, and many of the next ones early, with the power.
//!
//! One seed is one history, as in `crate::simulation`. `LUNORA_POWER_CUTS` sets how many there are (600 unless set),
//! `LUNORA_SEED` runs one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;
use rand::RngExt;

use super::*;
use crate::sync::channel;
use crate::sync::simulated::{Ended, Plan, Random, Simulation};

/// More steps than a life takes in which nothing goes wrong.
const ENDLESS: u64 = 1_000_000;

/// What may be found in the directory.
#[derive(Debug, Clone, PartialEq)]
struct State {
    newest: Timestamp,
    pairs: BTreeMap<Key, Payload>,
}

/// What was begun, one after the other, and from where on it may be found.
#[derive(Debug)]
struct Promises {
    states: Vec<State>,
    promised: usize,
}

impl State {
    fn of(store: &dyn Store) -> Self {
        let newest = store.ordered();
        let pairs = all(&*store.snapshot(newest).unwrap()).into_iter().collect();
        Self { newest, pairs }
    }

    fn after(mut self, commit: &Commit) -> Self {
        self.newest = commit.ts;
        let writes = commit.writes.iter().cloned();
        self.pairs
            .extend(writes.filter_map(|(key, value)| Some((key, value?))));
        self
    }
}

impl Promises {
    fn new() -> Self {
        let nothing = State {
            newest: Timestamp::ZERO,
            pairs: BTreeMap::new(),
        };
        Self {
            states: vec![nothing],
            promised: 0,
        }
    }

    fn begin(&mut self, state: State) {
        self.states.push(state);
    }

    /// What was begun last has not happened.
    fn take_back(&mut self) {
        self.states.pop();
    }

    /// What was begun last will be found, or what is begun from now on.
    fn promise(&mut self) {
        self.promised = self.states.len() - 1;
    }

    /// What is found is shown to somebody, so it is promised as well.
    fn find(&mut self, store: &dyn Store) {
        let (found, may_be) = (State::of(store), &self.states[self.promised..]);
        let newest: Vec<_> = may_be.iter().map(|state| state.newest).collect();
        assert!(
            may_be.contains(&found),
            "found what is of {:?}, which is none of {newest:?}",
            found.newest
        );
        *self = Self {
            states: vec![found],
            promised: 0,
        };
    }

    fn newest(&self) -> State {
        self.states.last().cloned().unwrap()
    }
}

/// Writes one of a few keys, some of them much.
fn some_commit(after: Timestamp, random: &mut Random) -> Commit {
    let (ts, key) = (after.0 + 1, random.random_range(0..20));
    let text = "x".repeat(random.random_range(0..300));
    commit(ts, &[(&format!("key {key}"), Some(&format!("{ts} {text}")))])
}

/// Limits that are met all the time.
fn options(random: &mut Random) -> Options {
    let mut one_of = |choices: [usize; 3]| choices[random.random_range(0..3)];
    Options {
        overlay_bytes: one_of([1 << 10, 1 << 12, 1 << 20]),
        log_bytes: one_of([1 << 11, 1 << 13, 1 << 20]),
        segment_bytes: one_of([1 << 10, 1 << 11, 1 << 13]),
        cache_bytes: 1 << 16,
        ..Options::default()
    }
}

fn is_durable(store: &dyn Store, ts: Timestamp) -> bool {
    let (sender, receiver) = channel::bounded(1);
    store.when_durable(ts, Box::new(move |answer| drop(sender.try_send(answer))));
    receiver.recv().is_ok_and(|answer| answer.is_ok())
}

/// One life of the directory.
struct Life<'a> {
    disk: SimulatedDisk,
    random: Random,
    promises: &'a mut Promises,
    /// Nothing goes wrong in it.
    is_calm: bool,
}

impl Life<'_> {
    fn run(mut self) {
        if !self.is_calm && self.random.random_bool(0.3) {
            self.replace();
        } else {
            self.write();
        }
    }

    /// What opens, or nothing where the disk gave a reason for it.
    fn opened<T>(&self, opened: Result<T, StoreError>) -> Option<T> {
        let is_damage = |error: &StoreError| {
            matches!(
                error,
                StoreError::Damaged { .. } | StoreError::DamagedState { .. }
            )
        };
        if let Err(error) = &opened {
            let is_excused = self.disk.is_off() || !self.is_calm && !is_damage(error);
            assert!(is_excused, "the store does not open: {error}");
        }
        opened.ok()
    }

    fn write(&mut self) {
        let options = options(&mut self.random);
        let Some(store) = self.opened(self.disk.open_store(&options)) else {
            return;
        };
        self.promises.find(&store);
        let most = [5, 20, 60][self.random.random_range(0..3)];
        for _ in 0..self.random.random_range(0..most) {
            let (after, before) = (store.ordered(), self.promises.newest());
            let commit = some_commit(after, &mut self.random);
            self.promises.begin(before.after(&commit));
            if store.append(after, &commit).is_err() {
                return self.promises.take_back();
            }
            if self.random.random_bool(0.3) && is_durable(&store, commit.ts) {
                self.promises.promise();
            }
            if self.random.random_bool(0.05) {
                // It may be the one in which the power fails.
                let _ = store.checkpoint();
            }
        }
        if (self.is_calm || self.random.random()) && store.close().is_ok() {
            self.promises.promise();
        }
    }

    fn replace(&mut self) {
        let options = options(&mut self.random);
        let Some(replacement) = self.opened(self.disk.replace_store(&options)) else {
            return;
        };
        self.promises.find(&*replacement.current());
        let (old, new) = (self.promises.newest().newest, replacement.successor().unwrap());
        let commit = some_commit(old, &mut self.random);
        if new.append(new.ordered(), &commit).is_err() || self.random.random_bool(0.1) {
            return;
        }
        self.promises.begin(State::of(&*new));
        if replacement.finish().is_ok() {
            self.promises.promise();
        }
    }
}

fn mishaps(random: &mut Random) -> Mishaps {
    let (after, is_full, is_slow) = (
        random.random_range(0..4),
        random.random_bool(0.2),
        random.random_bool(0.5),
    );
    Mishaps {
        operations: (after == 0).then(|| random.random_range(0..400)),
        changes_of_names: (after > 1).then(|| random.random_range(0..15)),
        slow: (if is_slow { 0.3 } else { 0.0 }, Duration::from_millis(50)),
        full: if is_full { 0.5 } else { 0.0 },
        ..Mishaps::default()
    }
}

/// How long a life is that ends in the middle.
fn steps(random: &mut Random) -> u64 {
    let most = [300, 1_000, 3_000, ENDLESS][random.random_range(0..4)];
    random.random_range(0..most)
}

/// Runs the history of a seed, and says how many steps each life took.
fn simulate(seed: u64) -> Result<Vec<u64>, String> {
    let mut random = Random::seeded(seed);
    let (disk, mut promises) = (SimulatedDisk::new(random.split()), Promises::new());
    let (lives, mut now, mut steps_taken) = (random.random_range(1..7), Duration::ZERO, Vec::new());
    for life in 0..=lives {
        let is_calm = life == lives;
        disk.turn_on(if is_calm {
            Mishaps::default()
        } else {
            mishaps(&mut random)
        });
        let plan = Plan {
            seed: random.random(),
            steps: if is_calm { ENDLESS } else { steps(&mut random) },
            since: now,
            wall_clock: Duration::ZERO,
        };
        let life = Life {
            disk: disk.clone(),
            random: random.split(),
            promises: &mut promises,
            is_calm,
        };
        let ending = Simulation::run(&plan, |_| life.run());
        now = ending.now;
        steps_taken.push(ending.steps);
        match ending.ended {
            Ended::Failed(why) => return Err(why),
            Ended::Crashed if is_calm => return Err("it does not come to an end".to_owned()),
            Ended::Crashed | Ended::Whole => {}
        }
        disk.turn_off();
        if random.random() {
            disk.cut_power();
        }
    }
    Ok(steps_taken)
}

#[test]
fn what_was_promised_outlives_kills_and_the_power() {
    let number = |name: &str| {
        let text = std::env::var(name).ok()?;
        Some(text.parse::<u64>().expect(name))
    };
    let seeds = match number("LUNORA_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("LUNORA_POWER_CUTS").unwrap_or(600),
    };
    let (next, failed) = (AtomicU64::new(seeds.start), Mutex::new(None));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Relaxed);
                    if seed >= seeds.end || failed.lock().is_some() {
                        return;
                    }
                    if let Err(why) = simulate(seed) {
                        failed.lock().get_or_insert((seed, why));
                    }
                }
            });
        }
    });
    if let Some((seed, why)) = failed.into_inner() {
        panic!("{why}\nLUNORA_SEED={seed} cargo test -p lunora-runtime --lib power_lives");
    }
}

#[test]
fn a_seed_is_one_history() {
    for seed in 0..20 {
        assert_eq!(simulate(seed), simulate(seed), "seed {seed}");
    }
}
