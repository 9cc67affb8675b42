//! What one mutation may schedule.

use super::*;

async fn refused(call: impl Future<Output = lunora::Result<()>>, limit: &str) {
    let error = call.await.unwrap_err().to_string();
    assert!(
        error.contains(&format!("LimitExceeded: {limit} is limited to")),
        "{error}"
    );
}

#[tokio::test]
async fn a_mutation_schedules_a_thousand_jobs_at_most() {
    let app = test_app();
    app.mutation(api::work::many(1_000)).await.unwrap();
    refused(app.mutation(api::work::many(1_001)), "jobs_scheduled").await;
    app.advance(SECOND).await.unwrap();
    assert_eq!(notes(&app).await.len(), 1_000);
}

#[tokio::test]
async fn jobs_that_are_taken_back_count_for_nothing() {
    let app = test_app();
    app.mutation(api::work::many_nested(1_000, 1_000)).await.unwrap();
    refused(app.mutation(api::work::many_nested(1, 1_001)), "jobs_scheduled").await;
    app.advance(SECOND).await.unwrap();
    assert_eq!(notes(&app).await.len(), 1_000);
}

#[tokio::test]
async fn arguments_of_jobs_are_bounded() {
    let app = test_app();
    app.mutation(api::work::wordy(1_000_000, 1)).await.unwrap();
    refused(app.mutation(api::work::wordy(1 << 20, 1)), "job_argument_bytes").await;
    refused(
        app.mutation(api::work::wordy(1_000_000, 20)),
        "jobs_argument_bytes",
    )
    .await;
}

#[tokio::test]
async fn a_list_holds_no_more_than_a_result_may() {
    let app = test_app();
    app.mutation(api::work::wordy(1_000_000, 16)).await.unwrap();
    assert_eq!(app.query(api::work::waiting()).await.unwrap().len(), 16);
    app.mutation(api::work::wordy(1_000_000, 1)).await.unwrap();
    let list = async { app.query(api::work::waiting()).await.map(drop) };
    refused(list, "jobs_listed_bytes").await;
}
