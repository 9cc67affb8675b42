//! Intervals, and counts.

use std::time::Duration;

use super::{super::schedule::ScheduleError, *};

#[test]
fn an_interval_counts_from_when_it_was_first_known() {
    let minute = Schedule::every(Duration::from_mins(1)).unwrap();
    let (since, seconds_later) = (time(1_007), |later: i64| time(1_007 + later));
    assert_eq!(minute.next(since, since), Some(seconds_later(60)));
    assert_eq!(minute.next(since, seconds_later(59)), Some(seconds_later(60)));
    assert_eq!(minute.next(since, seconds_later(60)), Some(seconds_later(120)));
    assert_eq!(
        minute.next(since, seconds_later(86_399)),
        Some(seconds_later(86_400))
    );
    assert_eq!(
        minute.next(since, time(0)),
        Some(seconds_later(60)),
        "the clock was set back"
    );
    assert_eq!(minute.count(since, seconds_later(60), seconds_later(240)), 3);
    assert_eq!(minute.count(since, seconds_later(240), seconds_later(60)), 0);
}

#[test]
fn schedules_that_cannot_be_are_refused() {
    let every = |millis| Schedule::every(Duration::from_millis(millis));
    assert_eq!(every(999), Err(ScheduleError::Interval));
    assert!(every(1_000).is_ok());
    assert_eq!(every(u64::MAX), Err(ScheduleError::Interval));
    assert_eq!(
        LocalTimes::Hourly { minute: 60 }.checked(),
        Err(ScheduleError::Minute)
    );
    let daily = LocalTimes::Daily { hour: 24, minute: 0 };
    assert_eq!(daily.checked(), Err(ScheduleError::Hour));
    let monthly = |day| LocalTimes::Monthly {
        day,
        hour: 0,
        minute: 0,
    };
    assert_eq!(monthly(0).checked(), Err(ScheduleError::Day));
    assert_eq!(monthly(32).checked(), Err(ScheduleError::Day));
}

#[test]
fn a_schedule_says_what_it_is() {
    let every = |millis| {
        Schedule::every(Duration::from_millis(millis))
            .unwrap()
            .to_string()
    };
    assert_eq!(every(90_000), "every 90 s");
    assert_eq!(every(1_500), "every 1500 ms");
    assert_eq!(
        cron("0 9 * * MON", "Europe/Berlin").to_string(),
        "`0 9 * * MON` Europe/Berlin"
    );
    let daily = LocalTimes::Daily { hour: 9, minute: 5 };
    assert_eq!(schedule(daily, "UTC").to_string(), "daily at 09:05 UTC");
}

#[test]
fn a_year_of_seconds_is_counted_without_going_through_them() {
    let every_second = cron("* * * * * *", "Europe/Berlin");
    let (from, until) = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));

    assert_eq!(every_second.count(time(0), time(from), time(until)), 365 * 86_400);
}
