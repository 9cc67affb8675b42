//! How much may have been read for what connections watch.

use std::{sync::Arc, time::Duration};

use lunora::{Object, PaginationOptions};
use lunora_runtime::{
    database::OpenOptions,
    functions::{EngineOptions, LiveLimits, Runtime},
    store::Memory,
};

use crate::{
    app,
    pages::{add, drop_row},
    support::{Client, hold_up, page, runs, set},
    transitions::limited,
};

/// About what a page of `rows` rows is charged with.
const fn bytes(rows: usize) -> usize {
    rows * 72 + 500
}

async fn fill(runtime: &Runtime, list: &str, rows: i32) {
    for rank in 0..rows {
        add(runtime, list, rank).await;
    }
}

fn whole(list: &str) -> Object {
    page(list, &PaginationOptions::first(1_000))
}

#[track_caller]
fn assert_refused(client: &Client, number: u32, limit: &str) {
    let error = client.held[&number].as_ref().unwrap_err();
    assert!(error.contains(&format!("LimitExceeded: {limit}")), "{error}");
}

#[tokio::test]
async fn a_query_that_has_read_too_much_for_its_connection_fails_until_it_reads_less() {
    let runtime = limited(LiveLimits::default().read_set_bytes(bytes(50)));
    for (list, rows) in [("one of two", 30), ("two of two", 40)] {
        fill(&runtime, list, rows).await;
    }
    let mut client = Client::new(&runtime);
    client.watch(0, "lists:page", whole("one of two"));
    client.changed().await;
    // Not at once with the other, or the one whose run ends first would have the room.
    client.watch(1, "lists:page", whole("two of two"));
    client.changed().await;
    assert!(client.held[&0].is_ok());
    assert_refused(&client, 1, "read_set_bytes");
    // What another connection watches is charged to that one, though they share the run.
    runs("page", "one of two");
    let mut other = Client::new(&runtime);
    other.watch(0, "lists:page", whole("one of two"));
    other.changed().await;
    assert_eq!((other.held[&0].is_ok(), runs("page", "one of two")), (true, 0));
    // It stays watched, and so does the rest.
    add(&runtime, "one of two", 99).await;
    assert_eq!(client.changed().await, [0]);
    for rank in 0..30 {
        drop_row(&runtime, "two of two", rank).await;
    }
    client.catch_up().await;
    assert!(client.held[&1].is_ok(), "{:?}", client.held[&1]);
    fill(&runtime, "two of two", 30).await;
    client.catch_up().await;
    assert_refused(&client, 1, "read_set_bytes");
    assert!(client.held[&0].is_ok());
}

#[tokio::test]
async fn what_a_connection_no_longer_watches_makes_room() {
    let runtime = limited(LiveLimits::default().read_set_bytes(bytes(50)));
    fill(&runtime, "leaves", 40).await;
    fill(&runtime, "comes", 40).await;
    let mut client = Client::new(&runtime);
    for number in 0..20 {
        let list = if number % 2 == 0 { "leaves" } else { "comes" };
        client.watch(number, "lists:page", whole(list));
        client.changed().await;
        assert!(client.held[&number].is_ok(), "{:?}", client.held[&number]);
        if number % 3 == 0 {
            // Run again, it is not charged twice.
            add(&runtime, list, 99).await;
            client.changed().await;
            drop_row(&runtime, list, 99).await;
            client.changed().await;
            assert!(client.held[&number].is_ok());
        }
        client.remove(number);
    }
}

#[tokio::test]
async fn all_connections_together_are_bounded_too_and_share_what_they_watch() {
    let runtime = limited(LiveLimits::default().watched_bytes(bytes(50)));
    fill(&runtime, "shared by all", 40).await;
    fill(&runtime, "one too many", 40).await;
    let mut clients: Vec<_> = (0..10).map(|_| Client::new(&runtime)).collect();
    for client in &mut clients {
        client.watch(0, "lists:page", whole("shared by all"));
        client.changed().await;
        assert!(client.held[&0].is_ok());
    }
    let mut late = Client::new(&runtime);
    late.watch(0, "lists:page", whole("one too many"));
    late.watch_named(1, "value", "small");
    late.changed().await;
    assert_refused(&late, 0, "watched_bytes");
    assert!(late.held[&1].is_ok());
    set(&runtime, "small", 1).await;
    assert_eq!(late.changed().await, [1]);
    drop(clients);
    add(&runtime, "one too many", 99).await;
    assert_eq!(late.changed().await, [0]);
    assert!(late.held[&0].is_ok(), "{:?}", late.held[&0]);
}

/// Waits until the client has the result of one of these queries. Returns which.
async fn first_of<const N: usize>(client: &mut Client, numbers: [u32; N]) -> u32 {
    let comes = async {
        loop {
            let has_come = |number: &u32| client.held.get(number).is_some_and(Result::is_ok);
            match numbers.iter().copied().find(has_come) {
                Some(number) => return number,
                None => client.changed().await,
            };
        }
    };
    tokio::time::timeout(Duration::from_mins(1), comes).await.unwrap()
}

async fn result(client: &mut Client, number: u32) {
    first_of(client, [number]).await;
}

#[tokio::test]
async fn a_query_that_was_refused_comes_when_its_connection_has_room() {
    let runtime = limited(LiveLimits::default().read_set_bytes(bytes(50)));
    for list in ["makes room", "waits for room", "waits longer"] {
        fill(&runtime, list, 40).await;
    }
    let mut client = Client::new(&runtime);
    for (number, list) in (0..).zip(["makes room", "waits for room", "waits longer"]) {
        client.watch(number, "lists:page", whole(list));
        client.changed().await;
    }
    assert_refused(&client, 1, "read_set_bytes");
    assert_refused(&client, 2, "read_set_bytes");
    client.remove(0);
    client.catch_up().await;
    let one = first_of(&mut client, [1, 2]).await;
    let other = 3 - one;
    assert_refused(&client, other, "read_set_bytes");
    client.remove(one);
    result(&mut client, other).await;
}

#[tokio::test]
async fn a_query_that_was_refused_comes_when_others_have_left() {
    let runtime = limited(LiveLimits::default().watched_bytes(bytes(50)));
    fill(&runtime, "leaves room to others", 40).await;
    fill(&runtime, "waits for others", 40).await;
    let mut early = Client::new(&runtime);
    early.watch(0, "lists:page", whole("leaves room to others"));
    early.changed().await;
    let mut late: Vec<_> = (0..3).map(|_| Client::new(&runtime)).collect();
    for client in &mut late {
        client.watch(0, "lists:page", whole("waits for others"));
        client.changed().await;
        assert_refused(client, 0, "watched_bytes");
    }
    drop(early);
    for client in &mut late {
        result(client, 0).await;
    }
    add(&runtime, "waits for others", 99).await;
    for client in &mut late {
        assert_eq!(client.changed().await, [0]);
    }
}

#[tokio::test]
async fn without_room_a_query_that_was_refused_does_not_run() {
    let options = EngineOptions {
        live: LiveLimits::default().watched_bytes(bytes(50)),
        // Or its result would be found there.
        query_cache_bytes: 0,
        ..EngineOptions::default()
    };
    let runtime = Runtime::open(app(), Arc::new(Memory::new()), options, OpenOptions::default()).unwrap();
    for list in ["stays", "has no room"] {
        fill(&runtime, list, 40).await;
    }
    let mut client = Client::new(&runtime);
    client.watch(0, "lists:page", whole("stays"));
    client.changed().await;
    client.watch(1, "lists:page", whole("has no room"));
    client.changed().await;
    assert_refused(&client, 1, "watched_bytes");
    // Another one waits as long meanwhile, and longer.
    hold_up("beside what has no room", 2);
    client.watch_named(2, "unhurried", "beside what has no room");
    result(&mut client, 2).await;
    assert!(runs("unhurried", "beside what has no room") >= 3);
    assert_eq!(runs("page", "has no room"), 1);
    assert_refused(&client, 1, "watched_bytes");
}
