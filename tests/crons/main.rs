//! Crons, as an application and its tests see them. Time is virtual: nothing here waits.

#![allow(unreachable_pub, reason = "an application is written as a library is")]

mod changes;
mod history;
mod missed;
mod one_at_a_time;
mod refusals;
mod schedules;
mod work;

use std::{cell::Cell, path::Path, time::Duration};

use lunora::{
    Crons, Time,
    testing::{CronInfo, TestApp, TestClock},
};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

lunora::app! {
    work::{Tick, tick, ticks, flaky, fail, many, waiting, schedule, next_run, cancel_running, stay},
}

thread_local! {
    /// What the application's list is, for the next one that this test opens.
    static LIST: Cell<fn() -> Crons> = const { Cell::new(Crons::new) };
}

/// An application with these crons, which have begun.
async fn app_with(list: fn() -> Crons) -> TestApp {
    LIST.set(list);
    let app = TestApp::new(app()).expect("an application in memory");
    app.advance(Duration::ZERO).await.expect("the crons begin");
    app
}

/// The same on disk, opened at this time. It has not begun.
fn opened(directory: &Path, now: Time, list: fn() -> Crons) -> TestApp {
    LIST.set(list);
    let clock = TestClock::default();
    clock.set(now);
    let builder = TestApp::builder(app()).in_directory(directory).clock(clock);
    builder.build().expect("an application on disk")
}

/// Where tests' clocks begin.
fn start() -> Time {
    TestClock::default().now()
}

/// Minutes after the start at which `name` has ticked.
async fn minutes(app: &TestApp, name: &str) -> Vec<u64> {
    let ticks = app
        .query(internal::work::ticks(name.to_owned()))
        .await
        .expect("the ticks");
    ticks
        .into_iter()
        .map(|at| at.since(start()).as_secs() / 60)
        .collect()
}

async fn info(app: &TestApp, name: &str) -> CronInfo {
    let crons = app.crons().await.expect("the crons");
    crons
        .into_iter()
        .find(|cron| cron.name == name)
        .expect("the cron")
}

fn tick(name: &str) -> lunora::Call<internal::work::tick> {
    internal::work::tick(name.to_owned())
}
