//! How jobs end, and what can be known of it.

use super::*;
use lunora::{Identity, JobState};

#[tokio::test]
async fn a_job_commits_or_vanishes_with_its_mutation() {
    let app = test_app();
    app.mutation(api::work::later_and_fail("never".into()))
        .await
        .unwrap_err();
    app.mutation(api::work::later_nested()).await.unwrap();
    app.advance(Duration::ZERO).await.unwrap();
    assert_eq!(notes(&app).await, ["kept"]);
}

#[tokio::test]
async fn a_mutation_is_over_with_its_own_commit() {
    let app = test_app();
    let job = app.mutation(api::work::later(1, "done".into())).await.unwrap();
    let before = app.query(api::work::status(job)).await.unwrap().unwrap();
    assert_eq!((before.state, before.attempts), (JobState::Pending, 0));
    app.advance(5 * SECOND).await.unwrap();
    let after = app.query(api::work::status(job)).await.unwrap().unwrap();
    assert_eq!((after.state, after.attempts), (JobState::Succeeded, 1));
    assert_eq!(after.started_at, Some(after.scheduled_for));
    let told = app.query(internal::work::describe(job)).await.unwrap();
    assert_eq!(
        told,
        r#"work:note Some(String("done")) Some(String("done")) None"#
    );
}

#[tokio::test]
async fn what_fails_is_failed_and_has_no_effect() {
    let app = test_app();
    for (what, why) in [
        ("fail", "it fails"),
        ("panic", "the function panicked: on purpose"),
    ] {
        let call = api::work::schedule_action(what.into(), "no effect".into(), 0);
        let job = app.mutation(call).await.unwrap();
        app.advance(3600 * SECOND).await.unwrap();
        let status = app.query(api::work::status(job)).await.unwrap().unwrap();
        assert_eq!((status.state, status.attempts), (JobState::Failed, 1), "{what}");
        let told = app.query(internal::work::describe(job)).await.unwrap();
        assert!(told.contains(why), "{told}");
    }
    assert!(notes(&app).await.is_empty());
}

#[tokio::test]
async fn an_action_runs_once() {
    let app = test_app();
    let job = app
        .mutation(api::work::schedule_action("act".into(), "acts".into(), 0))
        .await
        .unwrap();
    app.advance(3600 * SECOND).await.unwrap();
    assert_eq!(notes(&app).await, ["acts"]);
    let status = app.query(api::work::status(job)).await.unwrap().unwrap();
    assert_eq!((status.state, status.attempts), (JobState::Succeeded, 1));
    let told = app.query(internal::work::describe(job)).await.unwrap();
    assert!(told.contains("acts is done"), "{told}");
}

#[tokio::test]
async fn an_action_schedules_in_transactions_of_its_own() {
    let app = test_app();
    let job = app
        .action(api::work::from_action("from an action".into()))
        .await
        .unwrap();
    assert_eq!(app.query(api::work::waiting()).await.unwrap(), [job]);
    app.advance(5 * SECOND).await.unwrap();
    assert_eq!(notes(&app).await, ["from an action"]);
    assert!(app.query(api::work::waiting()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_job_runs_for_nobody_unless_it_is_told_to() {
    let app = test_app();
    let user = Identity::new("https://login.example", "ada").with_claim("role", "editor");
    app.as_user(user)
        .mutation(api::work::note_as_caller())
        .await
        .unwrap();
    app.advance(Duration::ZERO).await.unwrap();
    assert_eq!(
        notes(&app).await,
        ["nobody", "https://login.example|ada \"editor\""]
    );
}

#[tokio::test]
async fn a_watched_job_tells_each_of_its_states() {
    let app = test_app();
    let job = app.mutation(api::work::later(1, "x".into())).await.unwrap();
    let mut watch = app.watch(api::work::watched(job)).unwrap();
    assert_eq!(watch.next().await.unwrap(), "pending");
    app.advance(SECOND).await.unwrap();
    assert_eq!(watch.next().await.unwrap(), "succeeded");
}

#[tokio::test]
async fn a_job_is_kept_for_seven_days() {
    let app = test_app();
    let job = app.mutation(api::work::later(0, "x".into())).await.unwrap();
    let day = 24 * 3600 * SECOND;
    app.advance(6 * day + (24 * 3600 - 1) * SECOND).await.unwrap();
    assert!(app.query(api::work::status(job)).await.unwrap().is_some());
    app.advance(SECOND).await.unwrap();
    assert!(app.query(api::work::status(job)).await.unwrap().is_none());
}
