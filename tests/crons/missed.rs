//! What becomes of runs that fell due while none could begin: the server was down, or a run was under way.

use lunora::{prelude::*, testing::CronOutcome};

use super::*;

/// Runs every minute until the fifth, is down until half past the tenth, and runs on until the twelfth.
async fn down(list: fn() -> Crons) -> (Vec<u64>, CronInfo) {
    let directory = tempfile::tempdir().unwrap();
    let app = opened(directory.path(), start(), list);
    app.advance(5 * MINUTE).await.unwrap();
    app.close().await.unwrap();
    let app = opened(directory.path(), start() + 10 * MINUTE + MINUTE / 2, list);
    app.advance(MINUTE + MINUTE / 2).await.unwrap();
    (minutes(&app, "minutes").await, info(&app, "minutes").await)
}

/// Two notes of how many runs were left out, the newest first.
fn skipped(cron: &CronInfo) -> Vec<u64> {
    let skips = cron.runs.iter().filter(|run| run.outcome == CronOutcome::Skipped);
    skips.map(|run| run.skipped).collect()
}

#[tokio::test]
async fn they_are_skipped_and_counted_in_one_note() {
    let (minutes, cron) = down(|| Crons::new().interval("minutes", MINUTE, tick("minutes"))).await;
    assert_eq!(minutes, [1, 2, 3, 4, 5, 11, 12]);
    assert_eq!(skipped(&cron), [5]);
    assert_eq!(cron.runs[2].outcome, CronOutcome::Skipped);
    assert_eq!(cron.runs[2].due, start() + 10 * MINUTE);
}

#[tokio::test]
async fn or_the_last_ones_are_made_up_for() {
    let list = || {
        Crons::new()
            .interval("minutes", MINUTE, tick("minutes"))
            .missed(Missed::CatchUp(2))
    };
    let (minutes, cron) = down(list).await;
    assert_eq!(minutes, [1, 2, 3, 4, 5, 10, 10, 11, 12]);
    assert_eq!(skipped(&cron), [3]);
    let due: Vec<_> = cron
        .runs
        .iter()
        .map(|run| run.due.since(start()).as_secs() / 60)
        .collect();
    assert_eq!(due[..5], [12, 11, 10, 9, 8], "each is for a time of its own");
}

#[tokio::test]
async fn or_all_of_them() {
    let list = || {
        Crons::new()
            .interval("minutes", MINUTE, tick("minutes"))
            .missed(Missed::Queue)
    };
    let (minutes, cron) = down(list).await;
    assert_eq!(minutes, [1, 2, 3, 4, 5, 10, 10, 10, 10, 10, 11, 12]);
    assert!(skipped(&cron).is_empty());
}

/// Every minute a run that takes three tries, two and then four minutes apart.
fn slow(missed: Missed) -> Crons {
    Crons::new()
        .interval("slow", MINUTE, internal::work::flaky("slow".to_owned()))
        .missed(missed)
        .retry(2, 2 * MINUTE)
}

#[tokio::test]
async fn while_a_run_is_under_way_no_other_begins() {
    let app = app_with(|| slow(Missed::Skip)).await;
    app.advance(2 * MINUTE).await.unwrap();
    assert!(info(&app, "slow").await.under_way);
    app.advance(13 * MINUTE).await.unwrap();
    assert_eq!(minutes(&app, "slow").await, [1, 3, 7, 8, 10, 14, 15]);
    assert_eq!(skipped(&info(&app, "slow").await), [6, 6]);
}

#[tokio::test]
async fn and_those_that_it_kept_waiting_may_be_made_up_for() {
    let app = app_with(|| slow(Missed::CatchUp(1))).await;
    app.advance(13 * MINUTE).await.unwrap();
    assert_eq!(minutes(&app, "slow").await, [1, 3, 7, 7, 9, 13, 13]);
    assert_eq!(skipped(&info(&app, "slow").await), [5, 5]);
}
