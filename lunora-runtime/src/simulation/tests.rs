//! Histories of many seeds.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use parking_lot::Mutex;
use rand::RngExt;

use super::{
    history::{History, Tally},
    life::Life,
};
use crate::{
    store::{Mishaps, SimulatedDisk},
    sync::simulated::{Ended, Plan, Random, Simulation},
};

/// More steps than a life takes in which nothing goes wrong.
const ENDLESS: u64 = 1_000_000;
/// The time of day in the beginning, since 1970.
const BEGINNING: Duration = Duration::from_hours(24 * 365 * 50);

/// What a seed came to.
#[derive(Debug, PartialEq)]
struct Run {
    tally: Tally,
    lives: u32,
    log: Vec<String>,
}

/// Runs the history of a seed.
fn simulate(seed: u64) -> Result<Run, String> {
    let mut random = Random::seeded(seed);
    let (disk, history) = (SimulatedDisk::new(random.split()), History::default());
    let lives = random.random_range(1..5);
    let mut now = Duration::ZERO;
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
            // The clock of the machine is set now and then, also back.
            wall_clock: BEGINNING + Duration::from_secs(random.random_range(0..100)),
        };
        let ending = Simulation::run(&plan, |simulation| {
            let life = Life {
                simulation: simulation.clone(),
                disk: disk.clone(),
                history: history.clone(),
                is_calm,
            };
            life.run();
        });
        now = ending.now;
        history.note(&format!("a life ends after {} steps at {now:?}", ending.steps));
        match ending.ended {
            Ended::Failed(why) => return Err(format!("{why}\n{}", history.log().join("\n"))),
            Ended::Crashed if is_calm => return Err("it does not come to an end".to_owned()),
            Ended::Crashed | Ended::Whole => {}
        }
        disk.turn_off();
        if random.random() {
            disk.cut_power();
        }
    }
    let tally = history
        .explain()
        .map_err(|why| format!("{why}\n{}", history.log().join("\n")))?;
    Ok(Run {
        tally,
        lives,
        log: history.log(),
    })
}

/// How long a life is that ends in the middle.
fn steps(random: &mut Random) -> u64 {
    let most = [300, 3_000, 20_000, ENDLESS][random.random_range(0..4)];
    random.random_range(0..most)
}

fn mishaps(random: &mut Random) -> Mishaps {
    let mut often = |share: f64| random.random_bool(share);
    let (dies, names, fails, is_slow, is_full) =
        (often(0.3), often(0.2), often(0.15), often(0.5), often(0.1));
    Mishaps {
        operations: dies.then(|| random.random_range(0..600)),
        changes_of_names: names.then(|| random.random_range(0..20)),
        failing_syncs: fails.then(|| random.random_range(1..40)),
        slow: if is_slow {
            let longest = [1, 50, 3_000][random.random_range(0..3)];
            (random.random_range(0.0..0.5), Duration::from_millis(longest))
        } else {
            (0.0, Duration::ZERO)
        },
        full: if is_full { 0.5 } else { 0.0 },
    }
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect(name))
}

#[test]
fn every_seed_has_a_history_that_a_serial_order_explains() {
    let seeds = match number("LUNORA_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("LUNORA_SIMULATIONS").unwrap_or(1_000),
    };
    let (next, failed) = (AtomicU64::new(seeds.start), Mutex::new(None));
    let total = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || failed.lock().is_some() {
                        return;
                    }
                    match simulate(seed) {
                        Ok(run) => total.lock().push(run.tally),
                        Err(why) => drop(failed.lock().get_or_insert((seed, why))),
                    }
                }
            });
        }
    });
    if let Some((seed, why)) = failed.into_inner() {
        panic!("{why}\nLUNORA_SEED={seed} cargo test -p lunora-runtime --lib simulation");
    }
    let sum = Tally::sum(&total.into_inner());
    println!("{sum:?}");
    // What is never met is not tested.
    if seeds.end - seeds.start >= 1_000 {
        assert!(sum.lost > 100 && sum.unacknowledged > 100, "crashes lose nothing");
        assert!(sum.repeated > 100 && sum.in_lane > 10, "nobody loses");
        assert!(sum.failures > 100 && sum.refusals > 100, "nothing fails");
        assert!(
            sum.answered_again > 100 && sum.keys_refused > 100,
            "nobody repeats"
        );
        assert!(sum.transitions > sum.commits / 10, "nobody watches");
    }
}

#[test]
fn a_seed_is_one_history() {
    for seed in 0..20 {
        assert_eq!(simulate(seed), simulate(seed), "seed {seed}");
    }
}
