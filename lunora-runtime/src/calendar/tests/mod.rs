//! The calendar against expectations by hand, and against a second implementation that goes minute by minute.

mod clocks;
mod grammar;
mod interval;
mod naive;
mod properties;
mod year;

use jiff::Timestamp;
use lunora_core::time::Time;

use super::{
    CronExpression, Zone,
    schedule::{LocalTimes, Schedule},
};

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_second()
}

fn show(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap().to_string()
}

#[expect(clippy::cast_precision_loss, reason = "years of our time")]
fn time(seconds: i64) -> Time {
    Time::from_millis(seconds as f64 * 1_000.0)
}

#[expect(clippy::cast_possible_truncation, reason = "years of our time")]
fn seconds(time: Time) -> i64 {
    (time.as_millis() / 1_000.0) as i64
}

fn schedule(times: LocalTimes, zone: &'static str) -> Schedule {
    Schedule::Local(times.checked().unwrap(), Zone::named(zone).unwrap())
}

fn cron(text: &'static str, zone: &'static str) -> Schedule {
    schedule(LocalTimes::Cron(CronExpression::parse(text).unwrap()), zone)
}

/// The first `count` times after `after`.
fn first(schedule: &Schedule, after: &str, count: usize) -> Vec<String> {
    let since = time(at(after));
    let due = std::iter::successors(schedule.next(since, since), |due| schedule.next(since, *due));
    due.take(count).map(|due| show(seconds(due))).collect()
}

/// All times after `after` and up to `until`.
fn between(schedule: &Schedule, after: i64, until: i64) -> Vec<i64> {
    let since = time(after);
    std::iter::successors(schedule.next(since, since), |due| schedule.next(since, *due))
        .map(seconds)
        .take_while(|due| *due <= until)
        .collect()
}
