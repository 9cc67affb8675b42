//! At most one run of a cron is under way, by a server's own runner.

use std::sync::atomic::Ordering;

use lunora::prelude::*;
use lunora_runtime::triggers::Triggers;

use super::*;

/// Nobody can end an action that was canceled and goes on.
#[tokio::test]
async fn a_canceled_run_that_goes_on_holds_up_the_next_one() {
    let app = app_with(|| Crons::new().interval("stay", MINUTE, internal::work::stay())).await;
    let _triggers = Triggers::start(app.runtime()).await.unwrap();
    let mut now = start() + MINUTE;
    app.clock().set(now);
    until(async || begun() == 1).await;
    app.mutation(internal::work::cancel_running()).await.unwrap();
    now = now + MINUTE;
    app.clock().set(now);
    let next_run = async || app.query(internal::work::next_run()).await.unwrap();
    until(async || begun() > 1 || next_run().await.is_some_and(|next| next > now)).await;
    assert_eq!(begun(), 1, "the next run is put off");
    work::LEAVE.notify_one();
    until(async || {
        now = now + Duration::from_secs(1);
        app.clock().set(now);
        begun() == 2
    })
    .await;
}

fn begun() -> usize {
    work::BEGUN.load(Ordering::Relaxed)
}

async fn until(mut holds: impl AsyncFnMut() -> bool) {
    while !holds().await {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
