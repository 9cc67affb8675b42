//! Scheduled calls, as the functions of an application and its tests see them. Time is virtual: nothing here waits.

#![allow(unreachable_pub, reason = "an application is written as a library is")]

mod cancel;
mod limits;
mod outcomes;
mod restart;
mod retries;
mod schema;
mod time;
mod work;

use lunora::testing::TestApp;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

lunora::app! {
    schema::Note,
    work::{
        note, note_as_caller, notes, later, later_and_fail, later_nested, at, many, wordy, cancel, status, waiting, describe,
        fail, panic, flaky, act, act_flaky, from_action, told, relay, watched, schedule_action, count_up, chain,
        whoever, cancel_and_look, cancel_and_fail, cancel_nested, asked, off, cancel_itself, many_and_fail, many_nested,
    },
}

fn test_app() -> TestApp {
    TestApp::new(app()).expect("an application in memory")
}

/// The texts of the notes so far.
async fn notes(app: &TestApp) -> Vec<String> {
    app.query(internal::work::notes()).await.expect("the notes")
}
