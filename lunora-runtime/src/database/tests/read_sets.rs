//! A transaction conflicts with writes to what it read, and with no others.

use lunora_core::{
    id::DocumentId,
    table::{IndexBounds, KeyBound},
};

use super::fixture::{ITEMS, begin, by_key, insert, item, items};
use crate::database::{CommitError, Database, Order, Transaction};

/// Items of group 1 with ranks 10, 20, 30, 40, and one of group 2.
fn filled() -> (Database, Vec<DocumentId>) {
    let database = items();
    let ranks = [10.0, 20.0, 30.0, 40.0];
    let group = ranks.map(|rank| item(1.0, rank, &rank.to_string()));
    let ids = insert(&database, group.into_iter().chain([item(2.0, 25.0, "other")]));
    (database, ids)
}

/// Ranks of group 1 from `low` to `high`, both included.
fn ranks(low: f64, high: f64) -> IndexBounds {
    let bound = |rank: f64| {
        Some(KeyBound {
            key: Some(rank.into()),
            inclusive: true,
        })
    };
    IndexBounds {
        index: "by_group_rank",
        equal: vec![Some(1.0.into())],
        lower: bound(low),
        upper: bound(high),
    }
}

/// Whether a transaction that did `read` loses to one that did `write`.
fn conflicts(
    read: impl Fn(&mut Transaction, &[DocumentId]),
    write: impl Fn(&mut Transaction, &[DocumentId]),
) -> bool {
    let (database, ids) = filled();
    let mut reader = begin(&database);
    read(&mut reader, &ids);
    // Only a transaction that writes something can lose.
    reader.insert(ITEMS, item(99.0, 0.0, "reader")).unwrap();
    let mut writer = begin(&database);
    write(&mut writer, &ids);
    database.commit(writer).unwrap();
    match database.commit(reader) {
        Ok(_) => false,
        Err(CommitError::Conflict) => true,
        Err(error) => panic!("{error}"),
    }
}

fn take(transaction: &mut Transaction, bounds: &IndexBounds, order: Order, rows: usize) {
    let mut scan = transaction.scan(ITEMS, Some(bounds), order).unwrap();
    for _ in 0..rows {
        scan.next(transaction).unwrap();
    }
}

fn all(transaction: &mut Transaction, bounds: &IndexBounds) {
    take(transaction, bounds, Order::Asc, 100);
}

fn insert_rank(rank: f64) -> impl Fn(&mut Transaction, &[DocumentId]) {
    move |transaction, _| {
        transaction.insert(ITEMS, item(1.0, rank, "phantom")).unwrap();
    }
}

fn set_rank(at: usize, rank: f64) -> impl Fn(&mut Transaction, &[DocumentId]) {
    move |transaction, ids| transaction.patch(ids[at], [("rank", Some(rank.into()))]).unwrap()
}

#[test]
fn a_phantom_in_the_range_conflicts_and_next_to_it_does_not() {
    let read = |transaction: &mut Transaction, _: &[DocumentId]| all(transaction, &ranks(15.0, 35.0));
    for (rank, expected) in [
        (14.9, false),
        (15.0, true),
        (25.0, true),
        (35.0, true),
        (35.1, false),
    ] {
        assert_eq!(conflicts(read, insert_rank(rank)), expected, "{rank}");
    }
}

#[test]
fn an_empty_range_is_protected_too() {
    let read = |transaction: &mut Transaction, _: &[DocumentId]| all(transaction, &ranks(21.0, 29.0));
    assert!(conflicts(read, insert_rank(25.0)));
    assert!(!conflicts(read, insert_rank(30.0)));
}

#[test]
fn movement_into_out_of_and_within_a_range_conflicts() {
    let read = |transaction: &mut Transaction, _: &[DocumentId]| all(transaction, &ranks(15.0, 35.0));
    assert!(conflicts(read, set_rank(0, 16.0)));
    assert!(conflicts(read, set_rank(1, 50.0)));
    assert!(conflicts(read, set_rank(1, 22.0)));
    assert!(conflicts(read, |transaction, ids| transaction
        .delete(ids[2])
        .unwrap()));
    assert!(!conflicts(read, set_rank(0, 5.0)));
    assert!(!conflicts(read, |transaction, ids| transaction
        .delete(ids[3])
        .unwrap()));
    assert!(!conflicts(read, |transaction, ids| transaction
        .delete(ids[4])
        .unwrap()));
}

#[test]
fn a_change_of_other_fields_of_a_row_conflicts_with_its_reader_only() {
    let note = |transaction: &mut Transaction, ids: &[DocumentId]| {
        transaction.patch(ids[1], [("note", Some("x".into()))]).unwrap();
    };
    assert!(conflicts(
        |transaction, _| all(transaction, &ranks(15.0, 35.0)),
        note
    ));
    assert!(!conflicts(
        |transaction, _| all(transaction, &ranks(30.0, 35.0)),
        note
    ));
    // A count looks at entries, and those did not change.
    assert!(!conflicts(
        |transaction, _| drop(transaction.count(ITEMS, Some(&ranks(15.0, 35.0)))),
        note
    ));
}

#[test]
fn a_scan_that_stops_has_read_up_to_its_last_row() {
    let whole = ranks(0.0, 100.0);
    let first_two =
        |transaction: &mut Transaction, _: &[DocumentId]| take(transaction, &whole, Order::Asc, 2);
    assert!(conflicts(first_two, insert_rank(15.0)));
    assert!(!conflicts(first_two, insert_rank(20.5)));
    let last_two =
        |transaction: &mut Transaction, _: &[DocumentId]| take(transaction, &whole, Order::Desc, 2);
    assert!(conflicts(last_two, insert_rank(50.0)));
    assert!(conflicts(last_two, insert_rank(35.0)));
    assert!(!conflicts(last_two, insert_rank(29.0)));
    let none = |transaction: &mut Transaction, _: &[DocumentId]| take(transaction, &whole, Order::Desc, 0);
    assert!(!conflicts(none, insert_rank(50.0)));
    // The fifth row is the end: all has been read.
    let five = |transaction: &mut Transaction, _: &[DocumentId]| take(transaction, &whole, Order::Asc, 5);
    assert!(conflicts(five, insert_rank(90.0)));
}

#[test]
fn a_document_is_a_point() {
    let get = |transaction: &mut Transaction, ids: &[DocumentId]| drop(transaction.get(ids[1]));
    assert!(conflicts(get, set_rank(1, 0.0)));
    assert!(!conflicts(get, set_rank(2, 0.0)));
    let patch = |transaction: &mut Transaction, ids: &[DocumentId]| {
        transaction.patch(ids[1], [("note", Some("x".into()))]).unwrap();
    };
    assert!(conflicts(patch, set_rank(1, 0.0)));
}

#[test]
fn a_document_that_is_missing_is_read_as_well() {
    let (database, ids) = filled();
    let mut deleted = begin(&database);
    deleted.delete(ids[0]).unwrap();
    database.commit(deleted).unwrap();
    let mut reader = begin(&database);
    assert_eq!(reader.get(ids[0]).unwrap(), None);
    assert_eq!(reader.sealed_reads().points(), [ids[0]]);
}

#[test]
fn two_inserts_of_one_unique_value_race() {
    let taken = |transaction: &mut Transaction, _: &[DocumentId]| {
        transaction.insert(ITEMS, item(5.0, 5.0, "race")).unwrap();
    };
    assert!(conflicts(taken, taken));
    let free = |transaction: &mut Transaction, _: &[DocumentId]| {
        transaction.insert(ITEMS, item(5.0, 5.0, "alone")).unwrap();
    };
    assert!(!conflicts(taken, free));
}

#[test]
fn ranges_of_one_transaction_are_merged() {
    let (database, _) = filled();
    let mut reader = begin(&database);
    for bounds in [
        ranks(30.0, 35.0),
        ranks(0.0, 12.0),
        ranks(11.0, 31.0),
        ranks(80.0, 90.0),
    ] {
        all(&mut reader, &bounds);
    }
    assert_eq!(reader.sealed_reads().ranges().len(), 2);
}

/// Looks a key up, and so many others that nobody touches.
fn look_up(key: &str, others: usize) -> impl Fn(&mut Transaction, &[DocumentId]) + use<'_> {
    move |transaction, _| {
        take(transaction, &by_key(key), Order::Asc, 1);
        for other in 0..others {
            take(transaction, &by_key(&format!("nobody {other}")), Order::Asc, 1);
        }
    }
}

#[test]
fn a_value_that_was_looked_up_conflicts_with_whatever_comes_to_have_it_or_has_it_no_more() {
    // With many reads they are compared in another form.
    for others in [0, 40] {
        let touched =
            |key, write: fn(&mut Transaction, &[DocumentId])| conflicts(look_up(key, others), write);
        let insert: fn(&mut Transaction, &[DocumentId]) = |transaction, _| {
            transaction.insert(ITEMS, item(3.0, 1.0, "new")).unwrap();
        };
        let rename: fn(&mut Transaction, &[DocumentId]) = |transaction, ids| {
            transaction.patch(ids[0], [("key", Some("new".into()))]).unwrap();
        };
        let delete: fn(&mut Transaction, &[DocumentId]) =
            |transaction, ids| transaction.delete(ids[0]).unwrap();
        let change: fn(&mut Transaction, &[DocumentId]) = |transaction, ids| {
            transaction.patch(ids[0], [("rank", Some(11.0.into()))]).unwrap();
        };
        for write in [insert, rename] {
            assert!(touched("new", write), "{others}");
            assert!(!touched("ne", write), "{others}");
            assert!(!touched("newer", write), "{others}");
            assert!(!touched("other", write), "{others}");
        }
        for write in [rename, delete, change] {
            assert!(touched("10", write), "{others}");
            assert!(!touched("1", write), "{others}");
            assert!(!touched("20", write), "{others}");
        }
    }
}
