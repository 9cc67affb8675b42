//! When jobs run, and in what order.

use super::*;
use lunora::Time;

#[tokio::test]
async fn a_job_runs_when_its_time_has_come() {
    let app = test_app();
    app.mutation(api::work::later(60, "a minute later".into()))
        .await
        .unwrap();
    app.advance(59 * SECOND).await.unwrap();
    assert!(notes(&app).await.is_empty());
    app.advance(SECOND).await.unwrap();
    assert_eq!(notes(&app).await, ["a minute later"]);
    app.advance(3600 * SECOND).await.unwrap();
    assert_eq!(notes(&app).await.len(), 1, "it runs once");
}

#[tokio::test]
async fn jobs_run_in_the_order_of_their_times() {
    let app = test_app();
    for seconds in [30, 10, 20] {
        let call = api::work::later(seconds, seconds.to_string());
        app.mutation(call).await.unwrap();
    }
    app.mutation(api::work::schedule_action("act".into(), "0".into(), 0))
        .await
        .unwrap();
    app.clock().advance(3600 * SECOND);
    app.advance(Duration::ZERO).await.unwrap();
    assert_eq!(notes(&app).await, ["0", "10", "20", "30"], "late ones too");
}

#[tokio::test]
async fn a_time_that_has_passed_is_now() {
    let app = test_app();
    let job = app
        .mutation(api::work::at(Time::from_millis(0.0), "past".into()))
        .await
        .unwrap();
    let status = app.query(api::work::status(job)).await.unwrap().unwrap();
    assert_eq!(status.scheduled_for, app.clock().now());
    for time in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        app.mutation(api::work::at(Time::from_millis(time), "odd".into()))
            .await
            .unwrap();
    }
    app.advance(Duration::ZERO).await.unwrap();
    assert_eq!(
        notes(&app).await,
        ["past", "odd", "odd"],
        "the end of time has not come"
    );
}

#[tokio::test]
async fn what_a_job_schedules_runs_at_its_own_time() {
    let app = test_app();
    app.mutation(internal::work::chain(3)).await.unwrap();
    app.advance(2 * SECOND).await.unwrap();
    assert_eq!(notes(&app).await, ["3", "2", "1"]);
    app.advance(SECOND).await.unwrap();
    assert_eq!(notes(&app).await, ["3", "2", "1", "0"]);
}

#[tokio::test]
async fn a_thousand_jobs_of_one_mutation_all_run_in_their_order() {
    let app = test_app();
    for _ in 0..5 {
        app.mutation(api::work::many(1_000)).await.unwrap();
    }
    app.advance(Duration::ZERO).await.unwrap();
    let notes = notes(&app).await;
    assert_eq!(notes.len(), 5_000);
    for thousand in notes.chunks(1_000) {
        assert!(
            thousand
                .iter()
                .enumerate()
                .all(|(number, text)| *text == number.to_string())
        );
    }
}
