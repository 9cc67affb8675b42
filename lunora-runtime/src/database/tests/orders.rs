//! The two orders that every table has.

use lunora_core::{
    id::Id,
    table::{BY_ID, Doc, Range},
};

use super::fixture::{Item, items, now, shared};
use crate::database::Database;

/// Inserts items in transactions of their own, all at one time of the clock.
fn insert(database: &Database, count: u32) -> Vec<Id<Item>> {
    let one = |number: u32| {
        let transaction = shared(database);
        let item = Item::new(0.0, 0.0, &number.to_string());
        let id = now(transaction.writer().insert(item)).unwrap();
        database.commit(transaction.take().unwrap()).unwrap();
        id
    };
    (0..count).map(one).collect()
}

fn by_id() -> Range<Item, (Id<Item>, ())> {
    Range::__new(BY_ID)
}

#[test]
fn documents_of_one_moment_keep_the_order_in_which_they_were_made() {
    let database = items();
    let ids = insert(&database, 50);
    let transaction = shared(&database);
    let found = now(transaction.reader().query::<Item>().collect()).unwrap();
    assert_eq!(found.iter().map(Doc::id).collect::<Vec<_>>(), ids);
}

#[test]
fn ranges_of_ids_hold_what_they_say() {
    let database = items();
    let mut ids = insert(&database, 20);
    ids.sort_by_key(ToString::to_string);
    let transaction = shared(&database);
    let found = |range| {
        let found = now(transaction.reader().query::<Item>().with_index(range).collect()).unwrap();
        found.iter().map(Doc::id).collect::<Vec<_>>()
    };
    assert_eq!(found(by_id().gte(ids[5]).lt(ids[9])), ids[5..9]);
    assert_eq!(found(by_id().gt(ids[5]).lte(ids[9])), ids[6..10]);
    assert_eq!(found(by_id().lt(ids[3])), ids[..3]);
    let one = transaction
        .reader()
        .query::<Item>()
        .with_index(by_id().eq(ids[7]));
    assert_eq!(now(one.unique()).unwrap().map(|item| item.id()), Some(ids[7]));
}
