//! A year with a leap day and both changes of the clocks, for many expressions in zones of both hemispheres.

use std::time::{Duration, Instant};

use super::{naive::Minutes, *};

const ZONES: [&str; 3] = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];

const EXPRESSIONS: [&str; 30] = [
    "* * * * *",
    "*/5 * * * *",
    "*/15 * * * *",
    "7,37 * * * *",
    "0 * * * *",
    "59 * * * *",
    "0 */2 * * *",
    "30 1-4 * * *",
    "*/30 2 * * *",
    "*/20 1-3 * * 0",
    "0 0 * * *",
    "0 1 * * *",
    "0 2 * * *",
    "15 2 * * *",
    "30 2 * * *",
    "59 2 * * *",
    "0 3 * * *",
    "0,30 1,2,3 * * *",
    "0 9 * * 1",
    "0 9 * * 1-5",
    "30 2 * * 0",
    "0 0 1 * *",
    "0 12 31 * *",
    "0 0 L * *",
    "30 2 29 2 *",
    "30 2 29 3 *",
    "15 1 25-31 10 *",
    "0 0 13 * 5",
    "0 6 */2 * 6",
    "45 23 31 12 *",
];

#[test]
fn a_year_is_what_a_walk_through_its_minutes_finds() {
    let (from, until) = (at("2028-01-01T00:00:00Z"), at("2029-01-01T00:00:00Z"));
    for zone in ZONES {
        let mut taken = Duration::ZERO;
        let minutes = Minutes::new(zone, from, (until - from) / 60);
        for text in EXPRESSIONS {
            let cron = cron(text, zone);
            let started = Instant::now();
            let due = between(&cron, from, until);
            let count = cron.count(time(from), time(from), time(until));
            taken += started.elapsed();
            assert_same(&due, &minutes.due(text), &format!("{text} in {zone}"));
            assert_eq!(count, due.len() as u64, "{text} in {zone}");
        }
        println!("a year of {} crons in {zone}: {taken:?}", EXPRESSIONS.len());
        assert!(taken < Duration::from_secs(10), "took {taken:?}");
    }
}

fn assert_same(due: &[i64], expected: &[i64], what: &str) {
    let differs = due.iter().zip(expected).find(|(due, expected)| due != expected);
    if let Some((due, expected)) = differs {
        panic!("{what}: {} instead of {}", show(*due), show(*expected));
    }
    assert_eq!(due.len(), expected.len(), "{what}");
}
