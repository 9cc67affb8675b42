//! The power fails: of what was not synced, any part may be on the disk and any part may not ([`SimulatedDisk`]).
//!
//! `LUNORA_POWER_CUTS` sets how many cuts there are (100 unless set); a cut that fails prints its seed, and `LUNORA_SEED`
//! repeats it. Here the threads of the store run as they like; in the simulation (`crate::simulation`) they do not.

use std::collections::BTreeMap;

use rand::RngExt;

use super::*;
use crate::sync::simulated::Random;

/// Commits are numbered from 1. Each writes one of a few keys and one of its own, some of them much.
fn numbered(ts: u64) -> Commit {
    let (shared, own) = (format!("shared {}", ts % 5), format!("own {ts:05}"));
    let text = "x".repeat(usize::try_from(ts * ts % 97 * 29).unwrap());
    commit(ts, &[(&own, Some(&text)), (&shared, Some(&ts.to_string()))])
}

/// What is there after the first `last` commits.
fn expected(last: u64) -> BTreeMap<Key, Payload> {
    let writes = (1..=last).flat_map(|ts| numbered(ts).writes);
    writes.map(|(key, value)| (key, value.unwrap())).collect()
}

/// What was promised, and what was begun, when the power failed.
#[derive(Debug, Default)]
struct Run {
    acknowledged: u64,
    begun: u64,
}

/// Writes until the power fails.
fn write_until_cut(disk: &SimulatedDisk, random: &mut Random) -> Run {
    let mut run = Run::default();
    let options = Options {
        segment_bytes: 1 << 14,
        ..small()
    };
    let Ok(store) = disk.open_store(&options) else {
        return run;
    };
    for ts in 1..400 {
        if store.append(Timestamp(ts - 1), &numbered(ts)).is_err() {
            break;
        }
        run.begun = ts;
        let (waits, checkpoints) = (random.random_bool(0.2), random.random_bool(0.03));
        if (waits || checkpoints) && durable(&store, ts).is_ok() {
            run.acknowledged = ts;
        }
        if checkpoints {
            // It may be the one in which the power fails.
            let _ = store.checkpoint();
        }
    }
    disk.turn_off();
    run
}

fn cut(seed: u64) {
    let mut random = Random::seeded(seed);
    let disk = SimulatedDisk::new(random.split());
    disk.turn_on(Mishaps {
        operations: Some(random.random_range(0..700)),
        ..Mishaps::default()
    });
    let run = write_until_cut(&disk, &mut random);
    disk.cut_power();
    disk.turn_on(Mishaps::default());
    let store = disk
        .open_store(&small())
        .unwrap_or_else(|error| panic!("{run:?}: {error}"));
    let last = store.ordered().0;
    assert!(
        (run.acknowledged..=run.begun).contains(&last),
        "{last} of {run:?}"
    );
    let found: BTreeMap<_, _> = all(&*store.snapshot(Timestamp(last)).unwrap())
        .into_iter()
        .collect();
    assert!(
        found == expected(last),
        "what is there is not what {last} commits make"
    );
    // It goes on.
    put_durably(&store, last + 1, "after", "it");
}

#[test]
fn what_was_acknowledged_outlives_the_power() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().expect(name))
    };
    if let Some(seed) = number("LUNORA_SEED") {
        return cut(seed);
    }
    let first = rand::rng().random_range(0..1 << 40);
    for seed in first..first + number("LUNORA_POWER_CUTS").unwrap_or(100) {
        let outcome = std::panic::catch_unwind(|| cut(seed));
        assert!(outcome.is_ok(), "LUNORA_SEED={seed} repeats it");
    }
}

/// A sync fails and the process ends. The next one finds in the memory of the system what is on no disk, and shows it.
#[test]
fn what_a_start_has_found_outlives_the_power() {
    for seed in 0..40 {
        let disk = SimulatedDisk::new(Random::seeded(seed));
        let store = disk.open_store(&small()).unwrap();
        put_durably(&store, 1, "key", "old");
        disk.turn_on(Mishaps {
            failing_syncs: Some(1),
            ..Mishaps::default()
        });
        put(&store, 2, "key", "new").unwrap();
        durable(&store, 2).unwrap_err();
        drop(store);
        disk.turn_on(Mishaps::default());
        let store = disk.open_store(&small()).unwrap();
        let found = read(&store, "key");
        disk.turn_off();
        drop(store);
        disk.cut_power();
        disk.turn_on(Mishaps::default());
        let store = disk.open_store(&small()).unwrap();
        assert_eq!(read(&store, "key"), found, "seed {seed}");
    }
}
