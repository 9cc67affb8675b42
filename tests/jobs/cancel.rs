//! Jobs that are called off.

use std::convert::Infallible;

use super::*;
use lunora::{JobId, JobState};
use lunora_runtime::functions::NewKey;

#[tokio::test]
async fn a_job_that_waits_never_runs_once_it_is_canceled() {
    let app = test_app();
    let job = app.mutation(api::work::later(1, "never".into())).await.unwrap();
    let seen = app
        .mutation(api::work::cancel_and_look(job))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen.state, JobState::Canceled);
    app.advance(3600 * SECOND).await.unwrap();
    assert!(notes(&app).await.is_empty());
    assert!(
        !app.mutation(api::work::cancel(job)).await.unwrap(),
        "it was over"
    );
}

#[tokio::test]
async fn what_is_over_cannot_be_canceled() {
    let app = test_app();
    let job = app.mutation(api::work::later(0, "done".into())).await.unwrap();
    app.advance(SECOND).await.unwrap();
    assert!(!app.mutation(api::work::cancel(job)).await.unwrap());
    let status = app.query(api::work::status(job)).await.unwrap().unwrap();
    assert_eq!(status.state, JobState::Succeeded);
}

/// Its cancel would be taken back with everything else that it does.
#[tokio::test]
async fn a_mutation_cannot_cancel_the_job_that_it_runs_as() {
    let app = test_app();
    let call = api::work::schedule_action("cancelItself".into(), String::new(), 0);
    let job = app.mutation(call).await.unwrap();
    app.advance(SECOND).await.unwrap();
    assert_eq!(notes(&app).await, ["false"]);
    let status = app.query(api::work::status(job)).await.unwrap().unwrap();
    assert_eq!(status.state, JobState::Succeeded);
}

#[tokio::test]
async fn an_action_is_told_and_what_it_schedules_afterwards_is_canceled() {
    let app = test_app();
    let mut said = work::listen("told");
    let job = app
        .mutation(api::work::schedule_action("told".into(), "told".into(), 0))
        .await
        .unwrap();
    let canceled = async {
        assert_eq!(said.recv().await.unwrap(), "running");
        let status = app.query(api::work::status(job)).await.unwrap().unwrap();
        assert_eq!((status.state, status.attempts), (JobState::Running, 1));
        assert!(app.mutation(api::work::cancel(job)).await.unwrap());
        assert_eq!(said.recv().await.unwrap(), "told");
    };
    let (ran, ()) = tokio::join!(app.advance(SECOND), canceled);
    ran.unwrap();
    let status = app.query(api::work::status(job)).await.unwrap().unwrap();
    assert_eq!(
        status.state,
        JobState::Canceled,
        "that it returned `Ok` changes nothing"
    );
    assert!(notes(&app).await.is_empty());
}

#[tokio::test]
async fn a_cancel_that_is_taken_back_is_told_to_nobody() {
    let app = test_app();
    let mut said = work::listen("asked");
    let job = app
        .mutation(api::work::schedule_action("asked".into(), "asked".into(), 0))
        .await
        .unwrap();
    let asked = async {
        assert_eq!(said.recv().await.unwrap(), "running");
        app.mutation(api::work::cancel_nested(job)).await.unwrap();
        work::ASKED.notify_one();
        assert_eq!(said.recv().await.unwrap(), "goes on");
    };
    let (ran, ()) = tokio::join!(app.advance(SECOND), asked);
    ran.unwrap();
    let status = app.query(api::work::status(job)).await.unwrap().unwrap();
    assert_eq!(status.state, JobState::Succeeded);
}

/// The first run of an action, which was canceled, while the job waits to be run once more.
#[tokio::test]
async fn what_a_canceled_run_schedules_is_canceled_also_when_the_job_is_to_run_again() {
    let app = test_app();
    let mut said = work::listen("off");
    let job = app
        .mutation(api::work::schedule_action("off".into(), "off".into(), 0))
        .await
        .unwrap();
    let revived = async {
        assert_eq!(said.recv().await.unwrap(), "running");
        assert!(app.mutation(api::work::cancel(job)).await.unwrap());
        retry(&app, job).await;
        for heard in ["off", "running", "off"] {
            work::OFF.notify_one();
            assert_eq!(said.recv().await.unwrap(), heard);
        }
    };
    let (ran, ()) = tokio::join!(app.advance(Duration::ZERO), revived);
    ran.unwrap();
    app.advance(Duration::ZERO).await.unwrap();
    assert_eq!(notes(&app).await, ["afterwards"], "of the second run alone");
}

/// The time that it waited for before it was canceled counts for nothing.
#[tokio::test]
async fn a_job_that_was_canceled_and_runs_again_waits_as_long_as_any_other_after_a_failure() {
    let app = test_app();
    let call = api::work::schedule_action("actFlaky".into(), "flaky".into(), 9);
    let job = app.mutation(call).await.unwrap();
    app.advance(Duration::ZERO).await.unwrap();
    assert!(app.mutation(api::work::cancel(job)).await.unwrap());
    retry(&app, job).await;
    let mut attempts = Vec::new();
    for seconds in [0, 1, 1] {
        app.advance(seconds * SECOND).await.unwrap();
        let status = app.query(api::work::status(job)).await.unwrap().unwrap();
        attempts.push(status.attempts);
    }
    assert_eq!(attempts, [2, 2, 3], "two seconds after the second failure");
}

/// As an administrator does.
async fn retry(app: &TestApp, job: JobId) {
    let runtime = app.runtime().clone();
    let retry = move || {
        let mut key = String::new();
        let keep = |new: &NewKey| {
            new.expose().clone_into(&mut key);
            Ok::<_, Infallible>(())
        };
        runtime.ensure_admin_key(keep).unwrap().unwrap();
        let admin = runtime.admin_keys().verify(&key).unwrap();
        runtime.retry_job(&admin.run_internal().unwrap(), job).map(drop)
    };
    tokio::task::spawn_blocking(retry).await.unwrap().unwrap();
}
