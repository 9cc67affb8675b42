//! Concurrent transactions against a serial model.
//!
//! Transactions commit at timestamps, so the serial order that must explain what all of them saw is known: the order of
//! the timestamps, and for those that wrote nothing the one of their snapshots. Each history interleaves a few random
//! transactions, repeats the committed ones on the model in that order and compares every result. Write skew, lost
//! updates and phantoms all show as a result that differs.

use lunora_core::id::DocumentId;
use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::{
    fixture::{any_items, begin, items, options},
    history::operation,
    model::{Model, Operation, Outcome, run},
};
use crate::database::{CommitError, Database, Freshness, Transaction};

/// A transaction that was committed.
struct Committed {
    /// Of its commit, or of its snapshot when it wrote nothing (it then comes after the commit at that time).
    at: (u64, bool),
    ids: Vec<DocumentId>,
    steps: Vec<(Operation, Outcome)>,
}

/// A transaction in progress.
struct Running {
    transaction: Transaction,
    ids: Vec<DocumentId>,
    ids_at_start: Vec<DocumentId>,
    steps: Vec<(Operation, Outcome)>,
    left: usize,
}

impl Running {
    fn begin(database: &Database, known: &[DocumentId], random: &mut StdRng) -> Self {
        let mut options = options();
        options.now_ms = f64::from(random.random_range(995..1005));
        options.seed = random.random();
        let freshness = if random.random_bool(0.8) {
            Freshness::Ordered
        } else {
            Freshness::Durable
        };
        Self {
            transaction: database.begin(freshness, options).unwrap(),
            ids: known.to_vec(),
            ids_at_start: known.to_vec(),
            steps: Vec::new(),
            left: random.random_range(1..6),
        }
    }

    fn step(&mut self, random: &mut StdRng) {
        let operation = operation(random);
        let outcome = run(&mut self.transaction, &operation, &mut self.ids);
        self.steps.push((operation, outcome));
        self.left -= 1;
    }

    fn commit(self, database: &Database) -> Option<Committed> {
        let read_only = self.transaction.is_read_only();
        match database.commit(self.transaction) {
            Ok(ts) => Some(Committed {
                at: (ts.0, read_only),
                ids: self.ids_at_start,
                steps: self.steps,
            }),
            Err(CommitError::Conflict) => None,
            Err(error) => panic!("{error}"),
        }
    }
}

/// How one history ended: commits and conflicts.
#[derive(Default)]
struct Tally {
    commits: usize,
    conflicts: usize,
}

fn history(seed: u64) -> Result<Tally, String> {
    let mut random = StdRng::seed_from_u64(seed);
    let database = any_items();
    let (mut known, mut committed, mut tally) = (Vec::new(), Vec::new(), Tally::default());
    let mut running: Vec<Running> = Vec::new();
    let mut to_begin = random.random_range(4..9);
    while to_begin > 0 || !running.is_empty() {
        if to_begin > 0 && (running.is_empty() || random.random_bool(0.3)) {
            running.push(Running::begin(&database, &known, &mut random));
            to_begin -= 1;
            continue;
        }
        let at = random.random_range(0..running.len());
        if running[at].left > 0 {
            running[at].step(&mut random);
            continue;
        }
        let ended = running.swap_remove(at);
        let ids = ended.ids.clone();
        match ended.commit(&database) {
            Some(transaction) => {
                known.extend(ids.into_iter().filter(|id| !transaction.ids.contains(id)));
                committed.push(transaction);
                tally.commits += 1;
            }
            None => tally.conflicts += 1,
        }
    }
    explain(committed)?;
    match database.check(|_| ()) {
        Ok(report) if report.is_clean() => Ok(tally),
        report => Err(format!("the indexes do not agree: {report:?}")),
    }
}

/// Repeats the transactions one after the other.
fn explain(mut committed: Vec<Committed>) -> Result<(), String> {
    committed.sort_by_key(|transaction| transaction.at);
    let mut model = Model::default();
    for transaction in committed {
        let mut ids = transaction.ids;
        for (operation, seen) in &transaction.steps {
            let expected = model.repeat(operation, seen, &mut ids);
            if expected != *seen {
                return Err(format!(
                    "{operation:?} gave\n{seen:?}\nbut one after the other\n{expected:?}"
                ));
            }
        }
    }
    Ok(())
}

fn histories() -> u64 {
    std::env::var("LUNORA_HISTORIES")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(10_000)
}

#[test]
fn every_history_has_a_serial_order() {
    let first = std::env::var("LUNORA_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seeds = first.map_or(0..histories(), |seed: u64| seed..seed + 1);
    let mut tally = Tally::default();
    for seed in seeds.clone() {
        let one = history(seed).unwrap_or_else(|why| panic!("history {seed} (LUNORA_SEED={seed}): {why}"));
        tally.commits += one.commits;
        tally.conflicts += one.conflicts;
    }
    // A model that never meets a conflict, or nothing else, would show nothing.
    if seeds.count() > 100 {
        assert!(tally.conflicts * 20 > tally.commits && tally.commits > tally.conflicts);
    }
}

/// The same with real threads: the interleaving is the machine's.
#[test]
fn threads_have_a_serial_order() {
    let database = any_items();
    let mut committed: Vec<Committed> = Vec::new();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4_u64)
            .map(|thread| {
                let database = &database;
                scope.spawn(move || {
                    let mut random = StdRng::seed_from_u64(thread);
                    let (mut known, mut committed) = (Vec::new(), Vec::new());
                    for _ in 0..150 {
                        let mut running = Running::begin(database, &known, &mut random);
                        while running.left > 0 {
                            running.step(&mut random);
                            std::thread::yield_now();
                        }
                        let ids = running.ids.clone();
                        if let Some(transaction) = running.commit(database) {
                            known.extend(ids.into_iter().filter(|id| !transaction.ids.contains(id)));
                            committed.push(transaction);
                        }
                    }
                    committed
                })
            })
            .collect();
        committed.extend(threads.into_iter().flat_map(|thread| thread.join().unwrap()));
    });
    assert!(committed.len() > 50);
    explain(committed).unwrap();
}

/// Two doctors on call, each of whom may leave if the other stays.
#[test]
fn write_skew_is_a_conflict() {
    use super::fixture::{insert, item};
    use lunora_core::table::IndexBounds;

    let database = items();
    let doctors = insert(&database, [item(1.0, 0.0, "anna"), item(1.0, 0.0, "berta")]);
    let on_call = IndexBounds {
        index: "by_group",
        equal: vec![Some(1.0.into())],
        lower: None,
        upper: None,
    };
    let leave = |doctor| {
        let mut transaction = begin(&database);
        assert_eq!(
            transaction.count(super::fixture::ITEMS, Some(&on_call)).unwrap(),
            2
        );
        transaction.patch(doctor, [("group", Some(0.0.into()))]).unwrap();
        transaction
    };
    let (first, second) = (leave(doctors[0]), leave(doctors[1]));
    assert!(database.commit(first).is_ok());
    assert!(matches!(database.commit(second), Err(CommitError::Conflict)));
}
