//! Random histories against a map of versions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::Memory;
use super::*;

/// What a naive store would hold: for each timestamp the whole state.
#[derive(Default)]
struct Model {
    states: BTreeMap<u64, BTreeMap<Vec<u8>, Vec<u8>>>,
}

#[derive(Clone, Debug)]
enum Step {
    Commit {
        gap: u64,
        writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    },
    Checkpoint,
    /// Keeps a snapshot as of this share of history, to be read much later.
    Hold(u8),
    Scan {
        start: Vec<u8>,
        end: Option<Vec<u8>>,
    },
    CloseAndOpen,
    CrashAndOpen,
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    // Few keys, so that most have many versions, and one of them a prefix of others.
    prop_oneof![
        Just(b"hot".to_vec()),
        vec(prop_oneof![Just(0), Just(b'h'), Just(255)], 0..3)
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let value = proptest::option::weighted(0.7, vec(any::<u8>(), 0..20));
    let writes = proptest::collection::btree_map(key(), value, 0..4);
    prop_oneof![
        20 => (1_u64..4, writes).prop_map(|(gap, writes)| Step::Commit { gap, writes }),
        2 => Just(Step::Checkpoint),
        4 => any::<u8>().prop_map(Step::Hold),
        6 => (key(), proptest::option::of(key())).prop_map(|(start, end)| Step::Scan { start, end }),
        1 => Just(Step::CloseAndOpen),
        1 => Just(Step::CrashAndOpen),
    ]
}

impl Model {
    fn new() -> Self {
        Self {
            states: BTreeMap::from([(0, BTreeMap::new())]),
        }
    }

    fn head(&self) -> u64 {
        *self.states.keys().next_back().unwrap()
    }

    fn commit(&mut self, ts: u64, writes: &BTreeMap<Vec<u8>, Option<Vec<u8>>>) {
        let mut state = self.at(self.head()).clone();
        for (key, value) in writes {
            match value {
                Some(value) => drop(state.insert(key.clone(), value.clone())),
                None => drop(state.remove(key)),
            }
        }
        self.states.insert(ts, state);
    }

    fn at(&self, ts: u64) -> &BTreeMap<Vec<u8>, Vec<u8>> {
        self.states.range(..=ts).next_back().unwrap().1
    }

    fn check(&self, snapshot: &dyn Snapshot, range: &KeyRange) {
        let state = self.at(snapshot.timestamp().0);
        let within = state.iter().filter(|(key, _)| range.contains(key));
        let expected: Vec<(Key, Payload)> = within
            .map(|(k, v)| (k.clone().into(), v.clone().into()))
            .collect();
        let scan = |direction| {
            snapshot
                .range(range.clone(), direction)
                .collect::<Result<Vec<_>, _>>()
                .unwrap()
        };
        assert_eq!(scan(Direction::Ascending), expected);
        let mut descending = scan(Direction::Descending);
        descending.reverse();
        assert_eq!(descending, expected);
        for key in [&b"hot"[..], b"", b"h", &range.start] {
            assert_eq!(
                snapshot.get(key).unwrap().as_deref(),
                state.get(key).map(Vec::as_slice)
            );
        }
    }
}

/// Runs a history; `reopen` gives the store after it was closed, or dropped when told so.
fn run<S: Store>(steps: Vec<Step>, mut store: S, checkpoint: fn(&S), reopen: impl Fn(S, bool) -> S) {
    let mut model = Model::new();
    let mut held: Vec<Arc<dyn Snapshot>> = Vec::new();
    for step in steps {
        match step {
            Step::Commit { gap, writes } => {
                let ts = model.head() + gap;
                model.commit(ts, &writes);
                let writes = writes
                    .into_iter()
                    .map(|(key, value)| (key.into(), value.map(Payload::from)))
                    .collect();
                store
                    .append(
                        store.ordered(),
                        &Commit {
                            ts: Timestamp(ts),
                            writes,
                        },
                    )
                    .unwrap();
            }
            Step::Checkpoint => checkpoint(&store),
            Step::Hold(share) => {
                let ts = Timestamp(model.head() * u64::from(share) / 255);
                match store.snapshot(ts) {
                    Ok(snapshot) => held.push(snapshot),
                    Err(StoreError::TooOld { oldest, .. }) => assert!(oldest > ts),
                    Err(other) => panic!("{other}"),
                }
            }
            Step::Scan { start, end } => {
                let range = KeyRange {
                    start: start.into(),
                    end: end.map(Key::from),
                };
                model.check(&*store.snapshot(store.ordered()).unwrap(), &range);
                model.check(&*store.snapshot(store.durable()).unwrap(), &range);
            }
            Step::CloseAndOpen | Step::CrashAndOpen => {
                for snapshot in held.drain(..) {
                    model.check(&*snapshot, &KeyRange::all());
                }
                store = reopen(store, matches!(step, Step::CloseAndOpen));
                assert_eq!(store.ordered(), Timestamp(model.head()));
            }
        }
    }
    for snapshot in held {
        model.check(&*snapshot, &KeyRange::all());
    }
    model.check(&*store.snapshot(store.ordered()).unwrap(), &KeyRange::all());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn embedded_is_the_model(steps in vec(step(), 1..120)) {
        let dir = tempfile::tempdir().unwrap();
        run(steps, open(dir.path()), |store| store.checkpoint().unwrap(), |store, close| {
            if close {
                store.close().unwrap();
            }
            drop(store);
            open(dir.path())
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]
    #[test]
    fn memory_is_the_model(steps in vec(step(), 1..120)) {
        run(steps, Memory::new(), |store| store.checkpoint().unwrap(), |store, _| store);
    }

    #[test]
    fn a_tiny_overlay_checkpoints_all_the_time(steps in vec(step(), 1..120)) {
        let options = Options { overlay_bytes: 600, ..Options::default() };
        run(steps, Memory::with(&options).unwrap(), |_| (), |store, _| store);
    }

    #[test]
    fn what_is_given_up_is_refused_and_never_wrong(steps in vec(step(), 60..300)) {
        let options = Options {
            overlay_bytes: 12_000,
            history: Duration::ZERO,
            history_at_least: Duration::ZERO,
            ..Options::default()
        };
        run(steps, Memory::with(&options).unwrap(), |_| (), |store, _| store);
    }
}
