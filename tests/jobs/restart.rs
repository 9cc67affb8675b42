//! Jobs over the end of the process that made them.

use super::*;
use lunora::testing::TestClock;

fn open(directory: &std::path::Path, clock: &TestClock) -> TestApp {
    let app = TestApp::builder(app())
        .in_directory(directory)
        .clock(clock.clone());
    app.build().expect("the application on its directory")
}

#[tokio::test]
async fn jobs_that_fell_due_meanwhile_run_in_order() {
    let (directory, clock) = (tempfile::tempdir().unwrap(), TestClock::default());
    let first = open(directory.path(), &clock);
    for seconds in [20, 10] {
        first
            .mutation(api::work::later(seconds, seconds.to_string()))
            .await
            .unwrap();
    }
    first.close().await.unwrap();
    clock.advance(3600 * SECOND);
    let second = open(directory.path(), &clock);
    second.mutation(api::work::later(0, "new".into())).await.unwrap();
    second.advance(Duration::ZERO).await.unwrap();
    assert_eq!(notes(&second).await, ["10", "20", "new"]);
}
