//! Failures that are no result of what was read: they pass by themselves.

use std::time::{Duration, Instant};

use lunora::Object;
use lunora_runtime::functions::Runtime;

use crate::{
    open,
    support::{Client, hold_up, runs, set},
};

/// Longer than anything takes that comes by itself here.
const LONG: Duration = Duration::from_mins(1);

/// Watches `name` as query 0, whose next `times` runs take too long.
async fn held_up(runtime: &Runtime, name: &str, times: u32) -> Client {
    held_up_in(runtime, "unhurried", name, times).await
}

async fn held_up_in(runtime: &Runtime, function: &str, name: &str, times: u32) -> Client {
    hold_up(name, times);
    let mut client = Client::new(runtime);
    client.watch_named(0, function, name);
    client.changed().await;
    assert_out_of_time(&client);
    client
}

#[track_caller]
fn assert_out_of_time(client: &Client) {
    let error = client.held[&0].as_ref().unwrap_err();
    assert!(error.contains("work_millis"), "{error}");
}

/// Waits until the client has the result of query 0.
async fn result(client: &mut Client) {
    let comes = async {
        while client.held.get(&0).is_none_or(Result::is_err) {
            client.changed().await;
        }
    };
    tokio::time::timeout(LONG, comes).await.unwrap();
}

/// Waits until the client has been told of `value`. On a busy machine a run may be too late that is not held up.
async fn number(client: &mut Client, value: f64) {
    let comes = async {
        while client.held[&0].as_ref().ok() != Some(&value.into()) {
            client.changed().await;
        }
    };
    tokio::time::timeout(LONG, comes).await.unwrap();
}

#[tokio::test]
async fn a_query_that_was_out_of_time_before_it_read_anything_runs_again_by_itself() {
    let (runtime, name) = (open(), "out of time");
    let mut client = held_up(&runtime, name, 1).await;
    result(&mut client).await;
    set(&runtime, name, 7).await;
    number(&mut client, 7.0).await;
}

#[tokio::test]
async fn a_failure_for_want_of_time_is_not_what_the_next_result_follows_from() {
    let (runtime, name) = (open(), "left and came back");
    let mut client = held_up(&runtime, name, 1).await;
    client.remove(0);
    client.watch_named(0, "unhurried", name);
    result(&mut client).await;
    set(&runtime, name, 7).await;
    number(&mut client, 7.0).await;
}

#[tokio::test]
async fn all_who_watch_wait_for_one_run_and_who_comes_later_makes_none() {
    let (runtime, name, begun) = (open(), "shared and out of time", Instant::now());
    let mut clients = vec![held_up(&runtime, name, 1_000).await];
    for _ in 0..3 {
        let mut late = Client::new(&runtime);
        late.watch_named(0, "unhurried", name);
        late.changed().await;
        assert_out_of_time(&late);
        clients.push(late);
    }
    let ran = runs("unhurried", name);
    if begun.elapsed() < Duration::from_secs(1) {
        assert_eq!(ran, 1);
    }
    hold_up(name, 0);
    for client in &mut clients {
        result(client).await;
    }
    set(&runtime, name, 7).await;
    for client in &mut clients {
        number(client, 7.0).await;
    }
}

#[tokio::test]
async fn what_the_function_itself_fails_with_stays_until_something_is_written() {
    let (runtime, name) = (open(), "fails for good");
    set(&runtime, "fails for good by a panic", -1).await;
    let mut client = held_up(&runtime, name, 2).await;
    client.watch_named(1, "expect", name);
    client.watch_named(2, "expect", "fails for good by a panic");
    client.watch(3, "counters:unhurried", Object::new());
    result(&mut client).await;
    assert!(runs("unhurried", name) >= 3);
    assert_eq!(runs("expect", name), 1);
    assert_eq!(runs("expect", "fails for good by a panic"), 1);
    for number in 1..=3 {
        assert!(client.held[&number].is_err());
    }
}

#[tokio::test]
async fn what_a_function_makes_of_being_out_of_time_is_no_result() {
    let (runtime, name) = (open(), "careless");
    set(&runtime, name, 3).await;
    let mut client = held_up_in(&runtime, "careless", name, 1).await;
    number(&mut client, 3.0).await;
}
