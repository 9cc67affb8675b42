//! Pages and cursors (the protocol of the Convex clients).

use lunora_core::{
    error::{Error, Result},
    pagination::{Page, PageStatus, PaginationOptions},
    table::Doc,
    value::Value,
};

use super::fixture::{Item, begin, insert, item, items, memory, now, open, options};
use crate::database::{Database, Freshness, Order, PaginationError, SharedTransaction};

fn filled(rows: u8) -> Database {
    let database = items();
    insert(
        &database,
        (0..rows).map(|n| item(1.0, f64::from(n) * 10.0, &n.to_string())),
    );
    database
}

fn page_of(database: &Database, order: Order, options: PaginationOptions) -> Result<Page<Doc<Item>>> {
    let transaction = SharedTransaction::new(begin(database));
    let query = transaction
        .reader()
        .query::<Item>()
        .with_index(Item::by_group_rank().eq(1.0));
    now(query.order(order).paginate(options))
}

fn page(database: &Database, options: PaginationOptions) -> Page<Doc<Item>> {
    page_of(database, Order::Asc, options).unwrap()
}

fn ranks(page: &Page<Doc<Item>>) -> Vec<f64> {
    page.page.iter().filter_map(|row| row.rank).collect()
}

fn is_invalid_cursor(error: &Error) -> bool {
    let data = error.app_data().and_then(Value::as_object);
    let marked = data.is_some_and(|data| {
        data.get("isConvexSystemError") == Some(&Value::Bool(true))
            && data.get("paginationError") == Some(&"InvalidCursor".into())
    });
    marked && error.to_string().contains("InvalidCursor")
}

#[test]
fn pages_follow_each_other_in_both_orders() {
    let database = filled(5);
    for order in [Order::Asc, Order::Desc] {
        let (mut rows, mut options, mut pages) = (Vec::new(), PaginationOptions::first(2), 0);
        loop {
            let page = page_of(&database, order, options).unwrap();
            rows.extend(ranks(&page));
            pages += 1;
            if page.is_done {
                break;
            }
            options = PaginationOptions::after(page.continue_cursor, 2);
        }
        let mut expected = vec![0.0, 10.0, 20.0, 30.0, 40.0];
        if order == Order::Desc {
            expected.reverse();
        }
        assert_eq!((rows, pages), (expected, 3));
    }
}

#[test]
fn behind_the_end_there_is_an_empty_last_page() {
    let database = filled(2);
    let last = page(&database, PaginationOptions::first(3));
    assert!(last.is_done);
    let after = page(
        &database,
        PaginationOptions::after(last.continue_cursor.clone(), 3),
    );
    assert!(after.is_done && after.page.is_empty() && after.continue_cursor == last.continue_cursor);
    // A page that is exactly full cannot know.
    let full = page(&database, PaginationOptions::first(2));
    assert!(!full.is_done);
    assert!(page(&database, PaginationOptions::after(full.continue_cursor, 2)).is_done);
}

#[test]
fn a_settled_page_keeps_its_ends_while_rows_come_and_go() {
    let database = filled(4);
    let first = page(&database, PaginationOptions::first(2));
    let again = PaginationOptions {
        end_cursor: Some(first.continue_cursor.clone()),
        ..PaginationOptions::first(1)
    };
    let mut changes = begin(&database);
    changes
        .insert(super::fixture::ITEMS, item(1.0, 5.0, "between"))
        .unwrap();
    changes
        .insert(super::fixture::ITEMS, item(1.0, 15.0, "behind the end"))
        .unwrap();
    changes.delete(first.page[1].id().untyped()).unwrap();
    database.commit(changes).unwrap();

    let settled = page(&database, again.clone());
    assert_eq!(ranks(&settled), [0.0, 5.0]);
    assert_eq!(
        (settled.continue_cursor.clone(), settled.is_done),
        (first.continue_cursor.clone(), false)
    );
    assert_eq!(
        settled,
        page(&database, again),
        "at one timestamp a page is what it was"
    );
    let next = page(&database, PaginationOptions::after(first.continue_cursor, 9));
    assert_eq!(ranks(&next), [15.0, 20.0, 30.0]);
    // The row at the end was deleted: nothing is lost or seen twice at the boundary.
    let split = settled.split_cursor.unwrap();
    let half = PaginationOptions {
        end_cursor: Some(split),
        ..PaginationOptions::first(1)
    };
    assert_eq!(ranks(&page(&database, half)), [0.0]);
}

#[test]
fn filtered_rows_are_read_but_not_counted() {
    let database = filled(6);
    let transaction = SharedTransaction::new(begin(&database));
    let query = transaction
        .reader()
        .query::<Item>()
        .with_index(Item::by_group_rank().eq(1.0));
    let odd = query.filter(|row| row.rank.is_some_and(|rank| rank % 20.0 != 0.0));
    let page = now(odd.paginate(PaginationOptions::first(2))).unwrap();
    assert_eq!(ranks(&page), [10.0, 30.0]);
}

#[test]
fn a_page_reads_no_further_than_its_last_row() {
    let database = filled(4);
    let transaction = SharedTransaction::new(begin(&database));
    let query = transaction
        .reader()
        .query::<Item>()
        .with_index(Item::by_group_rank().eq(1.0));
    now(query.paginate(PaginationOptions::first(2))).unwrap();
    now(transaction.writer().insert(Item::new(9.0, 9.0, "writes"))).unwrap();
    insert(&database, [item(1.0, 10.5, "right behind it")]);
    assert!(database.commit(transaction.take().unwrap()).is_ok());
}

#[test]
fn budgets_end_a_page_early() {
    let database = filled(5);
    let rows = PaginationOptions {
        maximum_rows_read: Some(2.0),
        ..PaginationOptions::first(4)
    };
    let short = page(&database, rows.clone());
    assert_eq!((ranks(&short), short.is_done), (vec![0.0, 10.0], false));
    let bytes = PaginationOptions {
        maximum_bytes_read: Some(1.0),
        ..PaginationOptions::first(4)
    };
    assert_eq!(ranks(&page(&database, bytes)), [0.0]);
    // A settled page that cannot be complete has to be cut.
    let whole = page(&database, PaginationOptions::first(4));
    let cut = page(
        &database,
        PaginationOptions {
            end_cursor: Some(whole.continue_cursor),
            ..rows
        },
    );
    assert_eq!(
        (ranks(&cut), cut.page_status),
        (vec![0.0, 10.0], Some(PageStatus::SplitRequired))
    );
    assert_eq!(cut.split_cursor, Some(short.continue_cursor));
}

#[test]
fn cursors_that_are_not_ours_are_refused() {
    let database = filled(4);
    let cursor = page(&database, PaginationOptions::first(2)).continue_cursor;
    let mut flipped = cursor.clone().into_bytes();
    flipped[3] = if flipped[3] == b'A' { b'B' } else { b'A' };
    let forged = [
        "",
        "x",
        "!!",
        &cursor[1..],
        std::str::from_utf8(&flipped).unwrap(),
    ];
    for cursor in forged {
        let error = page_of(&database, Order::Asc, PaginationOptions::after(cursor, 2)).unwrap_err();
        assert!(is_invalid_cursor(&error), "{cursor}: {error}");
        let end = PaginationOptions {
            end_cursor: Some(cursor.into()),
            ..PaginationOptions::first(2)
        };
        assert!(is_invalid_cursor(
            &page_of(&database, Order::Asc, end).unwrap_err()
        ));
    }
}

#[test]
fn cursors_of_another_query_are_refused() {
    let database = filled(4);
    let after = || PaginationOptions::after(page(&database, PaginationOptions::first(2)).continue_cursor, 2);
    let refused = |result: Result<Page<Doc<Item>>>| is_invalid_cursor(&result.unwrap_err());
    let query = |binding: [u8; 32], rank: Option<f64>| {
        let mut options = options();
        options.binding = binding;
        let transaction = SharedTransaction::new(database.begin(Freshness::Ordered, options).unwrap());
        let range = Item::by_group_rank().eq(1.0);
        let query = transaction.reader().query::<Item>();
        match rank {
            None => now(query.with_index(range).paginate(after())),
            Some(rank) => now(query.with_index(range.gte(Some(rank))).paginate(after())),
        }
    };
    assert!(query([7; 32], None).is_ok());
    assert!(
        refused(query([8; 32], None)),
        "another function or other arguments"
    );
    assert!(refused(query([7; 32], Some(0.0))), "another range");
    assert!(refused(page_of(&database, Order::Desc, after())), "another order");
    let transaction = SharedTransaction::new(begin(&database));
    assert!(
        refused(now(transaction.reader().query::<Item>().paginate(after()))),
        "another index"
    );
    let elsewhere = filled(4);
    assert!(refused(page_of(&elsewhere, Order::Asc, after())), "another store");
}

#[test]
fn cursors_outlive_a_restart_and_show_nothing() {
    let store = memory();
    let database = open(&store, super::fixture::items_schema());
    insert(&database, [item(1.0, 1.0, "secret"), item(1.0, 2.0, "b")]);
    let cursor = page(&database, PaginationOptions::first(1)).continue_cursor;
    assert!(
        cursor
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    );
    let database = open(&store, super::fixture::items_schema());
    assert_eq!(
        ranks(&page(&database, PaginationOptions::after(cursor, 1))),
        [2.0]
    );
}

#[test]
fn sizes_that_are_none_are_refused() {
    let database = filled(1);
    for num_items in [0.0, -1.0, 1.5, f64::NAN, f64::INFINITY] {
        let options = PaginationOptions {
            num_items,
            ..PaginationOptions::first(1)
        };
        let error = page_of(&database, Order::Asc, options).unwrap_err();
        assert!(
            matches!(error.downcast_ref(), Some(PaginationError::Size(_))),
            "{num_items}"
        );
    }
}

#[test]
fn a_function_paginates_once() {
    let database = filled(1);
    let transaction = SharedTransaction::new(begin(&database));
    let paginate = || {
        now(transaction
            .reader()
            .query::<Item>()
            .paginate(PaginationOptions::first(1)))
    };
    paginate().unwrap();
    assert!(matches!(
        paginate().unwrap_err().downcast_ref(),
        Some(PaginationError::Second)
    ));
}

/// Runs a page with a journal, and returns it with the journal that it leaves.
fn journaled(
    database: &Database,
    order: Order,
    journal: Option<&str>,
    options: &PaginationOptions,
) -> Result<(Page<Doc<Item>>, String)> {
    let transaction = SharedTransaction::new(begin(database));
    transaction.with(|transaction| {
        if let Some(journal) = journal {
            transaction.resume(journal.to_owned());
        }
        Ok(())
    })?;
    let query = transaction
        .reader()
        .query::<Item>()
        .with_index(Item::by_group_rank().eq(1.0));
    let odd = query
        .order(order)
        .filter(|row| row.rank.is_some_and(|rank| rank % 20.0 != 0.0));
    let page = now(odd.paginate(options.clone()))?;
    let end = transaction.with(|transaction| Ok(transaction.page_end().cloned()))?;
    Ok((page, end.unwrap().journal))
}

/// First pages, later ones, the last one, and such as end early.
fn all_sorts_of_pages(database: &Database, order: Order) -> Vec<PaginationOptions> {
    let first = PaginationOptions::first(2);
    let (page, _) = journaled(database, order, None, &first).unwrap();
    let second = PaginationOptions::after(page.continue_cursor, 1);
    let last = PaginationOptions::first(99);
    let rows = PaginationOptions {
        maximum_rows_read: Some(3.0),
        ..first.clone()
    };
    let bytes = PaginationOptions {
        maximum_bytes_read: Some(1.0),
        ..first.clone()
    };
    vec![first, second, last, rows, bytes]
}

#[test]
fn with_its_own_journal_a_page_is_the_same_at_the_same_timestamp() {
    let database = filled(9);
    for order in [Order::Asc, Order::Desc] {
        for options in all_sorts_of_pages(&database, order) {
            let first = journaled(&database, order, None, &options).unwrap();
            let again = journaled(&database, order, Some(&first.1), &options).unwrap();
            assert_eq!(first, again, "{order:?} {options:?}");
        }
    }
}

#[test]
fn with_its_own_journal_a_page_keeps_its_ends() {
    let database = filled(6);
    let first = PaginationOptions::first(2);
    let (page, journal) = journaled(&database, Order::Asc, None, &first).unwrap();
    assert_eq!(ranks(&page), [10.0, 30.0]);
    insert(&database, [item(1.0, 25.0, "inside"), item(1.0, 35.0, "behind")]);
    let (grown, after) = journaled(&database, Order::Asc, Some(&journal), &first).unwrap();
    assert_eq!(
        (ranks(&grown), grown.continue_cursor),
        (vec![10.0, 25.0, 30.0], page.continue_cursor)
    );
    assert_eq!(after, journal);
}

#[test]
fn an_end_that_the_client_settles_wins_over_the_journal() {
    let database = filled(6);
    let first = PaginationOptions::first(1);
    let (short, journal) = journaled(&database, Order::Asc, None, &first).unwrap();
    let (long, _) = journaled(&database, Order::Asc, None, &PaginationOptions::first(2)).unwrap();
    assert!(short.page.len() < long.page.len());
    let settled = PaginationOptions {
        end_cursor: Some(long.continue_cursor.clone()),
        ..first
    };
    let (page, _) = journaled(&database, Order::Asc, Some(&journal), &settled).unwrap();
    assert_eq!(ranks(&page), ranks(&long));
}

#[test]
fn journals_that_are_not_of_this_page_are_refused() {
    let database = filled(6);
    let first = PaginationOptions::first(2);
    let (page, journal) = journaled(&database, Order::Asc, None, &first).unwrap();
    let second = PaginationOptions::after(page.continue_cursor.clone(), 2);
    let refused = |order, journal: &str, options| {
        is_invalid_cursor(&journaled(&database, order, Some(journal), options).unwrap_err())
    };
    assert!(refused(Order::Asc, &page.continue_cursor, &first), "a cursor");
    assert!(refused(Order::Asc, &journal, &second), "of another start");
    assert!(refused(Order::Desc, &journal, &first), "of another order");
    assert!(refused(Order::Asc, "x", &first), "of nothing");
    let as_cursor = PaginationOptions::after(journal, 2);
    let error = page_of(&database, Order::Asc, as_cursor).unwrap_err();
    assert!(is_invalid_cursor(&error), "a journal is no cursor");
}
