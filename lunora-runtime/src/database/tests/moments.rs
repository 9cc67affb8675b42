//! Transactions at timestamps that are not the newest.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::fixture::{ITEMS, insert, item, items_schema, memory, open, options};
use crate::{
    database::Database,
    store::{Store, StoreError, Timestamp, delegate},
};

/// A store whose disk is slow: what is ordered is durable when the test says so.
#[derive(Debug)]
struct Slow {
    store: Arc<dyn Store>,
    durable: AtomicU64,
}

impl Store for Slow {
    delegate!((store): ordered, snapshot, append, when_durable, on_failure, feed, close);

    fn durable(&self) -> Timestamp {
        Timestamp(self.durable.load(Ordering::Relaxed))
    }
}

fn slow() -> (Arc<Slow>, Database) {
    let store = memory();
    drop(open(&store, items_schema()));
    let durable = AtomicU64::new(store.ordered().0);
    let store = Arc::new(Slow { store, durable });
    let database = open(&(store.clone() as Arc<dyn Store>), items_schema());
    (store, database)
}

fn count_at(database: &Database, ts: Timestamp) -> u64 {
    let mut transaction = database.begin_at(ts, options()).unwrap();
    assert_eq!(transaction.snapshot_ts(), ts);
    transaction.count(ITEMS, None).unwrap()
}

#[test]
fn a_transaction_at_a_timestamp_sees_the_commits_up_to_it() {
    let database = open(&memory(), items_schema());
    let mut moments = vec![database.moment().unwrap()];
    for n in 0..5_u8 {
        insert(&database, [item(0.0, 0.0, &n.to_string())]);
        moments.push(database.moment().unwrap());
    }
    for (count, moment) in (0..).zip(&moments) {
        assert_eq!(count_at(&database, moment.timestamp()), count);
        // Also between two commits: as of the one before.
        if count < 5 {
            assert_eq!(count_at(&database, Timestamp(moment.timestamp().0 + 1)), count);
        }
        let mut transaction = database.begin_in(moment, options());
        assert_eq!(transaction.count(ITEMS, None).unwrap(), count);
    }
}

#[test]
fn what_could_still_be_lost_has_no_timestamp_yet() {
    let (store, database) = slow();
    let before = database.moment().unwrap().timestamp();
    insert(&database, [item(0.0, 0.0, "ordered")]);
    let ordered = database.ordered();
    assert!(ordered > before);
    assert_eq!(database.moment().unwrap().timestamp(), before);
    let refused = database.moment_at(ordered).unwrap_err();
    assert!(
        matches!(refused, StoreError::NotYet { newest, .. } if newest == before),
        "{refused}"
    );
    store.durable.store(ordered.0, Ordering::Relaxed);
    assert_eq!(database.moment().unwrap().timestamp(), ordered);
    assert_eq!(count_at(&database, ordered), 1);
    assert_eq!(count_at(&database, before), 0);
}
