//! A store that counts what is read of it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::fixture::{insert, item, items_schema, memory, open};
use crate::store::{Direction, KeyRange, Pairs, Payload, Snapshot, Store, StoreError, Timestamp, delegate};

/// Counts keys that are looked up, and pairs that scans give.
#[derive(Debug)]
pub(super) struct Counting {
    store: Arc<dyn Store>,
    reads: Arc<AtomicU64>,
}

#[derive(Debug)]
struct CountingSnapshot {
    snapshot: Arc<dyn Snapshot>,
    reads: Arc<AtomicU64>,
}

impl Counting {
    pub(super) fn new(store: &Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self {
            store: Arc::clone(store),
            reads: Arc::default(),
        })
    }

    /// How many there were since the last time.
    pub(super) fn take(&self) -> u64 {
        self.reads.swap(0, Ordering::Relaxed)
    }
}

impl Store for Counting {
    delegate!((store): ordered, durable, append, when_durable, on_failure, feed);

    fn snapshot(&self, ts: Timestamp) -> Result<Arc<dyn Snapshot>, StoreError> {
        Ok(Arc::new(CountingSnapshot {
            snapshot: self.store.snapshot(ts)?,
            reads: Arc::clone(&self.reads),
        }))
    }
    fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Snapshot for CountingSnapshot {
    fn timestamp(&self) -> Timestamp {
        self.snapshot.timestamp()
    }
    fn get(&self, key: &[u8]) -> Result<Option<Payload>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.snapshot.get(key)
    }
    fn range(&self, range: KeyRange, direction: Direction) -> Pairs<'_> {
        let pairs = self.snapshot.range(range, direction);
        Box::new(pairs.inspect(|_| {
            self.reads.fetch_add(1, Ordering::Relaxed);
        }))
    }
}

#[test]
fn opening_a_database_reads_no_documents() {
    let reads = [10_u16, 5_000].map(|documents| {
        let store = memory();
        insert(
            &open(&store, items_schema()),
            (0..documents).map(|n| item(1.0, 2.0, &n.to_string())),
        );
        let counting = Counting::new(&store);
        open(&(counting.clone() as Arc<dyn Store>), items_schema());
        counting.take()
    });
    assert_eq!(reads[0], reads[1]);
    assert!((1..=10).contains(&reads[0]), "{reads:?}");
}
