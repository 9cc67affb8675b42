//! Subscriptions against a naive matcher, which asks each read set whether it conflicts.

use std::collections::{BTreeMap, BTreeSet};

use lunora_core::{id::DocumentId, table::IndexBounds};
use proptest::{collection::vec, prelude::*};

use super::fixture::{ITEMS, begin, insert, item, items_schema, memory, open};
use crate::{
    database::{
        Database, Order, SealedReads, SubscriptionId, Subscriptions, Transaction, keys, reads::ReadSet,
    },
    store::{Changes, Commit, Direction, Key, KeyRange, Timestamp},
};

/// Document ids that differ in one byte: small, so that read sets meet.
fn point(number: u8) -> DocumentId {
    DocumentId {
        table: ITEMS,
        random: [number % 8; 16],
    }
}

/// Keys of up to three letters, among them prefixes of each other, and keys of documents.
fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        3 => vec(b'a'..b'd', 0..4).prop_map(Key::from),
        1 => any::<u8>().prop_map(|number| Key::from(&keys::document_key(point(number)))),
    ]
}

fn range() -> impl Strategy<Value = KeyRange> {
    (key(), prop::option::weighted(0.9, key())).prop_map(|(start, end)| KeyRange { start, end })
}

fn reads() -> impl Strategy<Value = SealedReads> {
    (vec(any::<u8>(), 0..4), vec(range(), 0..4)).prop_map(|(points, ranges)| {
        let mut reads = ReadSet::default();
        for number in points {
            reads.point(point(number));
        }
        for range in ranges.into_iter().filter(|range| !range.is_empty()) {
            let scan = reads.scan(range, Direction::Ascending);
            reads.exhausted(scan);
        }
        reads.seal()
    })
}

fn changes() -> impl Strategy<Value = Changes> {
    prop::collection::btree_set(key(), 0..6).prop_map(|keys| {
        let writes = keys.into_iter().map(|key| (key, None)).collect();
        let ts = Timestamp(1);
        Changes::from(&Commit { ts, writes })
    })
}

#[derive(Debug, Clone)]
enum Step {
    Insert(SealedReads),
    Remove(prop::sample::Index),
    Match(Changes),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => reads().prop_map(Step::Insert),
        1 => any::<prop::sample::Index>().prop_map(Step::Remove),
        3 => changes().prop_map(Step::Match),
    ]
}

proptest! {
    #[test]
    fn an_outline_misses_nothing_and_is_small(reads in reads(), changes in changes()) {
        let outline = reads.outline();
        prop_assert!(!reads.conflicts_with(&changes) || outline.conflicts_with(&changes));
        prop_assert!(outline.points().is_empty());
        prop_assert_eq!(outline.is_empty(), reads.is_empty());
        prop_assert!(outline.outline().bytes() <= outline.bytes());
    }

    #[test]
    fn a_commit_touches_those_whose_reads_conflict_with_it(steps in vec(step(), 1..60)) {
        let (mut subscriptions, mut model) = (Subscriptions::default(), BTreeMap::new());
        for (number, step) in (0..).zip(steps) {
            match step {
                Step::Insert(reads) => {
                    subscriptions.insert(SubscriptionId(number), &reads);
                    model.insert(SubscriptionId(number), reads);
                }
                Step::Remove(which) if !model.is_empty() => {
                    let id = *which.get(&model.keys().copied().collect::<Vec<_>>());
                    subscriptions.remove(id, &model.remove(&id).unwrap());
                }
                Step::Remove(_) => {}
                Step::Match(changes) => {
                    let touched = model.iter().filter(|(_, reads)| reads.conflicts_with(&changes));
                    let naive: BTreeSet<_> = touched.map(|(id, _)| *id).collect();
                    prop_assert_eq!(subscriptions.touched_by(&changes), naive);
                }
            }
        }
        for (id, reads) in &model {
            subscriptions.remove(*id, reads);
        }
        prop_assert!(subscriptions.is_empty());
    }
}

/// However much was read: one range of the documents, and one of the index.
#[test]
fn the_outline_of_many_reads_is_as_small_as_that_of_few() {
    let database = open(&memory(), items_schema());
    let name = "x".repeat(500);
    insert(
        &database,
        (0..500).map(|n| item(f64::from(n), 0.0, &format!("{n}{name}"))),
    );
    let mut transaction = begin(&database);
    for n in 0..500 {
        let bounds = IndexBounds {
            index: "by_group",
            equal: vec![Some(f64::from(n).into())],
            lower: None,
            upper: None,
        };
        let mut scan = transaction.scan(ITEMS, Some(&bounds), Order::Asc).unwrap();
        while scan.next(&mut transaction).unwrap().is_some() {}
    }
    let reads = transaction.sealed_reads();
    assert!(reads.bytes() > 500 * 200);
    let outline = reads.outline();
    assert_eq!((outline.points().len(), outline.ranges().len()), (0, 2));
    assert!(outline.bytes() < 1_000);
}

const MANY: u32 = 20_000;

/// One subscription per group, each to the range of the group and to the document in it.
fn subscribe_to_each_group(database: &Database) -> (Subscriptions, Vec<DocumentId>) {
    let group = |n: u32| item(f64::from(n), 0.0, &n.to_string());
    let ids = (0..MANY).collect::<Vec<_>>();
    let ids: Vec<_> = ids
        .chunks(5_000)
        .flat_map(|chunk| insert(database, chunk.iter().copied().map(group)))
        .collect();
    let mut subscriptions = Subscriptions::default();
    for n in 0..MANY {
        let mut transaction = begin(database);
        let bounds = IndexBounds {
            index: "by_group",
            equal: vec![Some(f64::from(n).into())],
            lower: None,
            upper: None,
        };
        let mut scan = transaction.scan(ITEMS, Some(&bounds), Order::Asc).unwrap();
        while scan.next(&mut transaction).unwrap().is_some() {}
        subscriptions.insert(SubscriptionId(n.into()), &transaction.sealed_reads());
    }
    (subscriptions, ids)
}

#[test]
fn of_20_000_disjoint_subscriptions_one_write_touches_one() {
    let store = memory();
    let database = open(&store, items_schema());
    let (subscriptions, ids) = subscribe_to_each_group(&database);
    let touched = |change: &dyn Fn(&mut Transaction)| {
        let before = database.ordered();
        let mut transaction = begin(&database);
        change(&mut transaction);
        database.commit(transaction).unwrap();
        let commits = store.feed(before).unwrap();
        assert_eq!(commits.len(), 1);
        subscriptions
            .touched_by(&commits[0])
            .into_iter()
            .map(|id| id.0)
            .collect::<Vec<_>>()
    };
    let update = touched(&|transaction| transaction.patch(ids[777], [("note", Some(1.0.into()))]).unwrap());
    assert_eq!(update, [777]);
    let insert = touched(&|transaction| {
        transaction.insert(ITEMS, item(888.0, 1.0, "new")).unwrap();
    });
    assert_eq!(insert, [888]);
    let moved = touched(&|transaction| {
        transaction
            .patch(ids[999], [("group", Some(1_000.0.into()))])
            .unwrap();
    });
    assert_eq!(moved, [999, 1_000], "from the old place and to the new one");
    let elsewhere = touched(&|transaction| {
        transaction.insert(ITEMS, item(-1.0, 0.0, "else")).unwrap();
    });
    assert!(elsewhere.is_empty());
}
