//! Live queries on stores that forget and stores that fail.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use lunora_runtime::{
    database::OpenOptions,
    functions::{EngineOptions, Runtime},
    store::{
        Changes, Commit, Direction, Durable, Embedded, KeyRange, Memory, OnFailure, Options, Pairs, Payload,
        Snapshot, Store, StoreError, Timestamp,
    },
};

use crate::{
    app,
    support::{Client, gate, runs, set},
};

/// The application on a store, from which it reads everything anew.
fn on(store: Arc<dyn Store>) -> Runtime {
    let opening = OpenOptions {
        cache_bytes: 0,
        ..OpenOptions::default()
    };
    Runtime::open(app(), store, EngineOptions::default(), opening).unwrap()
}

#[tokio::test]
async fn when_commits_are_no_longer_kept_everything_is_run_again() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        recent_commits: 4,
        ..Options::default()
    };
    let runtime = on(Arc::new(Embedded::open(directory.path(), options).unwrap()));
    let (slow, name) = ("slow and forgotten", "forgotten");
    let gate = gate(slow);
    let mut client = Client::new(&runtime);
    client.watch_named(0, "gated", slow);
    client.watch_named(1, "value", name);
    let told = async {
        client.changed().await;
    };
    let writes = async {
        gate.reached().await;
        for value in 1..=20 {
            set(&runtime, name, value).await;
        }
        gate.open();
        gate.open();
    };
    tokio::join!(told, writes);
    client.catch_up().await;
    assert_eq!(client.number(1), 20.0);
    assert_eq!(runs("gated", slow), 2, "nobody could say that it had not changed");
}

/// A store in memory whose next reads fail, as often as is asked for.
#[derive(Debug)]
struct Unreliable {
    store: Memory,
    failures: Arc<AtomicU32>,
    /// How often somebody has asked to be told of what is on disk.
    asked: Arc<AtomicU32>,
}

#[derive(Debug)]
struct UnreliableSnapshot {
    snapshot: Arc<dyn Snapshot>,
    failures: Arc<AtomicU32>,
}

impl UnreliableSnapshot {
    fn try_to(&self) -> Result<(), StoreError> {
        let fails = self
            .failures
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match fails {
            Ok(_) => Err(StoreError::Engine("not now".into())),
            Err(_) => Ok(()),
        }
    }
}

impl Snapshot for UnreliableSnapshot {
    fn timestamp(&self) -> Timestamp {
        self.snapshot.timestamp()
    }

    fn get(&self, key: &[u8]) -> Result<Option<Payload>, StoreError> {
        self.try_to()?;
        self.snapshot.get(key)
    }

    fn range(&self, range: KeyRange, direction: Direction) -> Pairs<'_> {
        match self.try_to() {
            Ok(()) => self.snapshot.range(range, direction),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }
}

impl Store for Unreliable {
    fn ordered(&self) -> Timestamp {
        self.store.ordered()
    }

    fn durable(&self) -> Timestamp {
        self.store.durable()
    }

    fn snapshot(&self, ts: Timestamp) -> Result<Arc<dyn Snapshot>, StoreError> {
        Ok(Arc::new(UnreliableSnapshot {
            snapshot: self.store.snapshot(ts)?,
            failures: Arc::clone(&self.failures),
        }))
    }

    fn append(&self, after: Timestamp, commit: &Commit) -> Result<(), StoreError> {
        self.store.append(after, commit)
    }

    fn when_durable(&self, ts: Timestamp, done: Durable) {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.store.when_durable(ts, done);
    }

    fn on_failure(&self, failed: OnFailure) {
        self.store.on_failure(failed);
    }

    fn feed(&self, since: Timestamp) -> Result<Vec<Arc<Changes>>, StoreError> {
        self.store.feed(since)
    }

    fn close(&self) -> Result<(), StoreError> {
        self.store.close()
    }
}

#[tokio::test]
async fn a_run_that_the_store_failed_is_tried_again() {
    let failures = Arc::new(AtomicU32::new(0));
    let runtime = on(Arc::new(Unreliable {
        store: Memory::new(),
        failures: Arc::clone(&failures),
        asked: Arc::default(),
    }));
    let name = "tried again";
    set(&runtime, name, 5).await;
    failures.store(3, Ordering::SeqCst);
    let mut client = Client::new(&runtime);
    client.watch_named(0, "value", name);
    assert_eq!(client.changed().await, [0]);
    assert_eq!(client.number(0), 5.0);
    assert_eq!(runs("value", name), 4);
}

#[tokio::test]
async fn a_reader_that_stays_away_keeps_nobody_busy_once_the_store_has_ended() {
    let asked = Arc::new(AtomicU32::new(0));
    let runtime = on(Arc::new(Unreliable {
        store: Memory::new(),
        failures: Arc::default(),
        asked: Arc::clone(&asked),
    }));
    let mut client = Client::new(&runtime);
    client.watch_named(0, "value", "left alone");
    client.changed().await;
    runtime.shutdown().await.unwrap();
    let before = asked.load(Ordering::SeqCst);
    for _ in 0..20_000 {
        std::thread::yield_now();
    }
    let after = asked.load(Ordering::SeqCst);
    assert!(after - before < 10, "{} times", after - before);
    assert!(client.queries.next(Timestamp(0)).await.is_none());
}
