//! Pages that are watched: they keep their ends while rows come and go.

use lunora::{Object, PaginationOptions, Value};
use lunora_runtime::functions::Runtime;

use crate::{
    open,
    support::{Client, mutate, page, remove, runs, set},
};

pub async fn add(runtime: &Runtime, list: &str, rank: i32) {
    let args = [
        ("list".to_owned(), list.into()),
        ("rank".to_owned(), Value::from(f64::from(rank))),
    ];
    mutate(runtime, "lists:add", Object::from_iter(args)).await;
}

pub async fn drop_row(runtime: &Runtime, list: &str, rank: i32) {
    let args = [
        ("list".to_owned(), list.into()),
        ("rank".to_owned(), Value::from(f64::from(rank))),
    ];
    mutate(runtime, "lists:remove", Object::from_iter(args)).await;
}

fn field(client: &Client, number: u32, name: &str) -> Value {
    let page = client.value(number).as_object().unwrap();
    page.get(name).unwrap().clone()
}

fn rows(client: &Client, number: u32) -> Vec<f64> {
    let Value::Array(rows) = field(client, number, "page") else {
        panic!("no page");
    };
    let number = |row| match row {
        Value::Float64(rank) => rank,
        other => panic!("{other:?}"),
    };
    rows.into_iter().map(number).collect()
}

fn after(client: &Client, number: u32, items: u32) -> PaginationOptions {
    match field(client, number, "continueCursor") {
        Value::String(cursor) => PaginationOptions::after(cursor, items),
        other => panic!("{other:?}"),
    }
}

/// A client that watches two pages of two rows, of ranks 10, 20, 30 and 40.
async fn two_pages(runtime: &Runtime, list: &str) -> Client {
    for rank in [10, 20, 30, 40] {
        add(runtime, list, rank).await;
    }
    let mut client = Client::new(runtime);
    client.watch(0, "lists:page", page(list, &PaginationOptions::first(2)));
    client.changed().await;
    let second = after(&client, 0, 2);
    client.watch(1, "lists:page", page(list, &second));
    client.changed().await;
    assert_eq!(
        (rows(&client, 0), rows(&client, 1)),
        (vec![10.0, 20.0], vec![30.0, 40.0])
    );
    client
}

#[tokio::test]
async fn neighbouring_pages_neither_overlap_nor_leave_gaps() {
    let (runtime, list) = (open(), "neighbours");
    let mut client = two_pages(&runtime, list).await;
    add(&runtime, list, 15).await;
    client.catch_up().await;
    assert_eq!(
        (rows(&client, 0), rows(&client, 1)),
        (vec![10.0, 15.0, 20.0], vec![30.0, 40.0])
    );
    drop_row(&runtime, list, 20).await;
    add(&runtime, list, 25).await;
    client.catch_up().await;
    assert_eq!(
        (rows(&client, 0), rows(&client, 1)),
        (vec![10.0, 15.0], vec![25.0, 30.0, 40.0])
    );
    add(&runtime, list, 5).await;
    drop_row(&runtime, list, 30).await;
    client.catch_up().await;
    assert_eq!(
        (rows(&client, 0), rows(&client, 1)),
        (vec![5.0, 10.0, 15.0], vec![25.0, 40.0])
    );
}

#[tokio::test]
async fn a_client_that_comes_back_with_its_journals_finds_its_pages() {
    let (runtime, list) = (open(), "comes back");
    let mut client = two_pages(&runtime, list).await;
    add(&runtime, list, 15).await;
    client.catch_up().await;
    let second = after(&client, 0, 2);
    let mut again = Client::new(&runtime);
    for (number, options) in [(0, PaginationOptions::first(2)), (1, second)] {
        let mut request = again.request("lists:page", page(list, &options));
        request.journal.clone_from(&client.journals[&number]);
        again.watch_request(number, request);
    }
    again.changed().await;
    assert_eq!(again.held, client.held);
    assert_eq!(again.journals, client.journals);
    // Without them the first page has two rows again.
    let mut fresh = Client::new(&runtime);
    fresh.watch(0, "lists:page", page(list, &PaginationOptions::first(2)));
    fresh.changed().await;
    assert_eq!(rows(&fresh, 0), [10.0, 15.0]);
}

#[tokio::test]
async fn watchers_of_one_page_share_its_runs() {
    let (runtime, list) = (open(), "shared page");
    let mut clients = [two_pages(&runtime, list).await, Client::new(&runtime)];
    clients[1].watch(0, "lists:page", page(list, &PaginationOptions::first(2)));
    clients[1].changed().await;
    runs("page", list);
    add(&runtime, list, 15).await;
    for client in &mut clients {
        client.catch_up().await;
        assert_eq!(rows(client, 0), [10.0, 15.0, 20.0]);
    }
    assert_eq!(
        runs("page", list),
        1,
        "the second page ends elsewhere and was not touched"
    );
}

fn with_id(options: &PaginationOptions, id: u32) -> PaginationOptions {
    PaginationOptions {
        id: Some(f64::from(id)),
        ..options.clone()
    }
}

/// npm's hooks give each mount a number.
#[tokio::test]
async fn a_hundred_hooks_that_watch_one_page_take_one_run() {
    let (runtime, list) = (open(), "a hundred hooks");
    let mut first = two_pages(&runtime, list).await;
    let (page_one, page_two) = (PaginationOptions::first(2), after(&first, 0, 2));
    runs("page", list);
    let mut clients: Vec<_> = (0..100).map(|_| Client::new(&runtime)).collect();
    for (id, client) in (0..).zip(&mut clients) {
        client.watch(0, "lists:page", page(list, &with_id(&page_one, id)));
        client.watch(1, "lists:page", page(list, &with_id(&page_two, id)));
        client.changed().await;
        assert_eq!(client.held, first.held);
    }
    assert_eq!(runs("page", list), 0, "both pages were known");
    add(&runtime, list, 15).await;
    first.catch_up().await;
    for client in &mut clients {
        client.catch_up().await;
        assert_eq!(rows(client, 0), [10.0, 15.0, 20.0]);
        assert_eq!(client.held, first.held);
    }
    assert_eq!(runs("page", list), 1);
    // A new number without a journal asks for a fresh page, and whoever keeps the old one is not disturbed.
    let mut fresh = Client::new(&runtime);
    fresh.watch(0, "lists:page", page(list, &with_id(&page_one, 100)));
    fresh.changed().await;
    assert_eq!(rows(&fresh, 0), [10.0, 15.0]);
    // An end that the client has settled is another page.
    let settled = PaginationOptions {
        end_cursor: page_two.cursor.clone(),
        ..with_id(&page_one, 101)
    };
    fresh.watch(1, "lists:page", page(list, &settled));
    fresh.changed().await;
    assert_eq!(rows(&fresh, 1), [10.0, 15.0, 20.0]);
    assert!(clients[0].catch_up().await.is_empty());
}

#[tokio::test]
async fn the_last_page_grows() {
    let (runtime, list) = (open(), "last page");
    let mut client = Client::new(&runtime);
    client.watch(0, "lists:page", page(list, &PaginationOptions::first(2)));
    client.changed().await;
    assert_eq!(
        (rows(&client, 0), field(&client, 0, "isDone")),
        (vec![], true.into())
    );
    for rank in [1, 2, 3] {
        add(&runtime, list, rank).await;
        client.changed().await;
    }
    assert_eq!(
        (rows(&client, 0), field(&client, 0, "isDone")),
        (vec![1.0, 2.0, 3.0], true.into())
    );
}

#[tokio::test]
async fn a_page_that_fails_for_a_while_keeps_its_end() {
    let (runtime, list) = (open(), "fails for a while");
    let mut client = two_pages(&runtime, list).await;
    let journals = client.journals.clone();
    set(&runtime, list, 1).await;
    client.catch_up().await;
    assert!(client.held.values().all(Result::is_err));
    assert_eq!(client.journals, journals);
    add(&runtime, list, 15).await;
    remove(&runtime, list).await;
    client.catch_up().await;
    assert_eq!(
        (rows(&client, 0), rows(&client, 1)),
        (vec![10.0, 15.0, 20.0], vec![30.0, 40.0])
    );
}

#[tokio::test]
async fn a_journal_of_something_else_is_refused_as_a_cursor_would_be() {
    let (runtime, list) = (open(), "something else");
    let client = two_pages(&runtime, list).await;
    let second = after(&client, 0, 2);
    let cursor = second.cursor.clone().unwrap();
    for journal in [client.journals[&0].clone().unwrap(), cursor, "made up".to_owned()] {
        let mut other = Client::new(&runtime);
        let mut request = other.request("lists:page", page(list, &second));
        request.journal = Some(journal);
        other.watch_request(0, request);
        other.changed().await;
        let error = other.held[&0].as_ref().unwrap_err();
        assert!(error.contains("InvalidCursor"), "{error}");
    }
}
