//! What is kept of runs, and runs by hand.

use lunora::{prelude::*, testing::CronOutcome};

use super::*;

#[tokio::test]
async fn the_last_twenty_runs_are_kept_with_how_they_ended() {
    let app = app_with(|| {
        Crons::new()
            .interval("good", MINUTE, tick("good"))
            .interval("bad", MINUTE, internal::work::fail())
    })
    .await;
    app.advance(25 * MINUTE).await.unwrap();
    let good = info(&app, "good").await;
    assert_eq!(good.runs.len(), 20);
    let newest = &good.runs[0];
    assert_eq!(
        (newest.outcome, newest.due),
        (CronOutcome::Succeeded, start() + 25 * MINUTE)
    );
    assert_eq!((newest.attempts, newest.duration_millis), (1, Some(0.0)));
    assert_eq!(good.runs[19].due, start() + 6 * MINUTE);
    let bad = info(&app, "bad").await;
    assert_eq!(bad.runs[0].outcome, CronOutcome::Failed);
    assert_eq!(bad.runs[0].error.as_deref(), Some("as it was told to"));
    assert_eq!(bad.next, Some(start() + 26 * MINUTE), "it goes on");
}

#[tokio::test]
async fn a_run_with_retries_is_one_run() {
    let app = app_with(|| {
        let call = internal::work::flaky("slow".to_owned());
        Crons::new().daily("slow", 0, 1, call).retry(2, 2 * MINUTE)
    })
    .await;
    app.advance(HOUR).await.unwrap();
    let cron = info(&app, "slow").await;
    assert_eq!(cron.runs.len(), 1);
    let run = &cron.runs[0];
    assert_eq!((run.outcome, run.attempts), (CronOutcome::Succeeded, 3));
    assert_eq!((run.due, run.ended_at), (start() + MINUTE, start() + 7 * MINUTE));
}

#[tokio::test]
async fn a_cron_can_be_run_by_hand_and_keeps_its_times() {
    let app = app_with(|| Crons::new().interval("minutes", 10 * MINUTE, tick("minutes"))).await;
    app.advance(3 * MINUTE).await.unwrap();
    app.run_cron("minutes").await.unwrap();
    app.run_cron("minutes").await.unwrap();
    app.advance(20 * MINUTE).await.unwrap();
    assert_eq!(minutes(&app, "minutes").await, [3, 3, 10, 20]);
    let by_hand: Vec<_> = info(&app, "minutes")
        .await
        .runs
        .iter()
        .map(|run| run.by_hand)
        .collect();
    assert_eq!(by_hand, [false, false, true, true]);
}

#[tokio::test]
async fn but_not_while_it_runs_nor_if_there_is_none() {
    let app = app_with(|| {
        let call = internal::work::flaky("slow".to_owned());
        Crons::new().daily("slow", 0, 1, call).retry(2, 2 * MINUTE)
    })
    .await;
    app.advance(MINUTE).await.unwrap();
    let refused = app.run_cron("slow").await.unwrap_err();
    assert_eq!(refused.to_string(), "a run of the cron `slow` is under way");
    let refused = app.run_cron("fast").await.unwrap_err();
    assert_eq!(refused.to_string(), "there is no cron `fast`");
}

#[tokio::test]
async fn its_own_next_run_counts_against_no_limit_of_the_function() {
    let app = app_with(|| Crons::new().interval("busy", HOUR, internal::work::many())).await;
    app.advance(HOUR).await.unwrap();
    let busy = info(&app, "busy").await;
    assert_eq!(busy.runs[0].outcome, CronOutcome::Succeeded, "{:?}", busy.runs);
    assert_eq!(busy.next, Some(start() + 2 * HOUR));
    assert_eq!(minutes(&app, "one of many").await.len(), 1_000);
}
