//! Jobs that run again.

use super::*;
use lunora::JobState;

#[tokio::test]
async fn an_action_runs_again_as_often_as_it_may() {
    let app = test_app();
    let mut said = work::listen("again");
    let call = api::work::schedule_action("actFlaky".into(), "again".into(), 2);
    let job = app.mutation(call).await.unwrap();
    let start = app.clock().now();
    app.advance(3600 * SECOND).await.unwrap();
    let status = app.query(api::work::status(job)).await.unwrap().unwrap();
    assert_eq!((status.state, status.attempts), (JobState::Failed, 3));
    let waited = status.started_at.unwrap().since(start);
    assert_eq!(waited, 3 * SECOND, "a second, then two");
    let runs: Vec<_> = std::iter::from_fn(|| said.try_recv().ok()).collect();
    assert_eq!(
        runs,
        vec![job.to_string(); 3],
        "one id for the world to know it by"
    );
}

#[tokio::test]
async fn without_retries_an_action_runs_once() {
    let app = test_app();
    let mut said = work::listen("once");
    let call = api::work::schedule_action("actFlaky".into(), "once".into(), 0);
    app.mutation(call).await.unwrap();
    app.advance(3600 * SECOND).await.unwrap();
    assert!(said.try_recv().is_ok());
    assert!(said.try_recv().is_err());
}

#[tokio::test]
async fn a_mutation_runs_again_until_it_succeeds() {
    let app = test_app();
    let mut said = work::listen("flaky");
    let job = app
        .mutation(api::work::schedule_action("flaky".into(), "flaky".into(), 9))
        .await
        .unwrap();
    app.advance(3600 * SECOND).await.unwrap();
    let status = app.query(api::work::status(job)).await.unwrap().unwrap();
    assert_eq!((status.state, status.attempts), (JobState::Succeeded, 4));
    assert_eq!(
        std::iter::from_fn(|| said.try_recv().ok()).count(),
        4,
        "after 0, 1, 3 and 7 seconds"
    );
}
