//! A new start with another list.

use lunora::{JobState, prelude::*};

use super::*;

/// Two starts on one directory: `first` for five minutes, then `second` for five more.
async fn restarted(first: fn() -> Crons, second: fn() -> Crons) -> TestApp {
    let directory = tempfile::tempdir().unwrap();
    let app = opened(directory.path(), start(), first);
    app.advance(5 * MINUTE).await.unwrap();
    app.close().await.unwrap();
    let app = opened(directory.path(), start() + 5 * MINUTE, second);
    app.advance(5 * MINUTE).await.unwrap();
    app
}

#[tokio::test]
async fn the_same_list_goes_on_where_it_was() {
    let list = || Crons::new().interval("minutes", 3 * MINUTE, tick("minutes"));
    let app = restarted(list, list).await;
    assert_eq!(minutes(&app, "minutes").await, [3, 6, 9]);
    assert_eq!(info(&app, "minutes").await.runs.len(), 3);
}

#[tokio::test]
async fn new_ones_begin_and_those_that_are_gone_end() {
    let app = restarted(
        || Crons::new().interval("old", 2 * MINUTE, tick("old")),
        || Crons::new().interval("new", 2 * MINUTE, tick("new")),
    )
    .await;
    assert_eq!(minutes(&app, "old").await, [2, 4]);
    assert_eq!(minutes(&app, "new").await, [7, 9]);
    let crons = app.crons().await.unwrap();
    assert_eq!(
        crons.iter().map(|cron| cron.name.as_str()).collect::<Vec<_>>(),
        ["new"]
    );
}

#[tokio::test]
async fn a_changed_schedule_counts_anew_and_a_changed_call_does_not() {
    let app = restarted(
        || {
            Crons::new()
                .interval("schedule", 4 * MINUTE, tick("schedule"))
                .interval("call", 4 * MINUTE, tick("before"))
        },
        || {
            Crons::new()
                .interval("schedule", 2 * MINUTE, tick("schedule"))
                .interval("call", 4 * MINUTE, tick("after"))
        },
    )
    .await;
    assert_eq!(minutes(&app, "schedule").await, [4, 7, 9]);
    assert_eq!(minutes(&app, "before").await, [4]);
    assert_eq!(minutes(&app, "after").await, [8]);
}

#[tokio::test]
async fn the_order_of_the_list_means_nothing() {
    let app = restarted(
        || {
            Crons::new()
                .interval("a", 3 * MINUTE, tick("a"))
                .interval("b", 4 * MINUTE, tick("b"))
        },
        || {
            Crons::new()
                .interval("b", 4 * MINUTE, tick("b"))
                .interval("a", 3 * MINUTE, tick("a"))
        },
    )
    .await;
    assert_eq!(minutes(&app, "a").await, [3, 6, 9]);
    assert_eq!(minutes(&app, "b").await, [4, 8]);
}

#[tokio::test]
async fn a_start_leaves_no_jobs_behind() {
    let app = restarted(
        || {
            Crons::new()
                .interval("a", 3 * MINUTE, tick("a"))
                .interval("b", 4 * MINUTE, tick("b"))
        },
        || Crons::new().interval("a", 3 * MINUTE, tick("other")),
    )
    .await;
    let waiting = app
        .query(internal::work::waiting(JobState::Pending))
        .await
        .unwrap();
    assert_eq!(waiting, 1, "one job for one cron");
}

/// Runs every two minutes by a clock that is ahead by `error`, and then for five minutes by the right one.
async fn after_a_clock_that_was_ahead(error: Duration) -> TestApp {
    let list = || Crons::new().cron("even", cron!("*/2 * * * *"), tick("even"));
    let directory = tempfile::tempdir().unwrap();
    let app = opened(directory.path(), start() + error, list);
    app.advance(2 * MINUTE).await.unwrap();
    app.close().await.unwrap();
    let app = opened(directory.path(), start(), list);
    app.advance(5 * MINUTE).await.unwrap();
    app
}

#[tokio::test]
async fn a_clock_that_was_years_ahead_silences_nothing_once_it_is_right() {
    let app = after_a_clock_that_was_ahead(20_000 * HOUR).await;
    let mut minutes = minutes(&app, "even").await;
    minutes.sort_unstable();
    assert_eq!(minutes, [2, 4, 1_200_002]);
}

#[tokio::test]
async fn nothing_runs_twice_when_a_clock_is_set_back_a_little() {
    let app = after_a_clock_that_was_ahead(2 * MINUTE).await;
    assert_eq!(minutes(&app, "even").await, [4]);
    app.advance(2 * MINUTE).await.unwrap();
    assert_eq!(minutes(&app, "even").await, [4, 6]);
}
