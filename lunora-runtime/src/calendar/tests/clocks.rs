//! Daylight saving, both ways: Berlin skips 02:00 to 03:00 on 29 March 2026 and repeats it on 25 October 2026.

use super::{super::schedule::Weekday, *};

const BERLIN: &str = "Europe/Berlin";

#[test]
fn a_time_of_the_day_that_is_skipped_is_due_when_the_clocks_have_moved() {
    let due = first(&cron("30 2 * * *", BERLIN), "2026-03-28T00:00:00Z", 3);
    assert_eq!(
        due,
        [
            "2026-03-28T01:30:00Z",
            "2026-03-29T01:00:00Z",
            "2026-03-30T00:30:00Z"
        ]
    );
}

#[test]
fn two_skipped_times_and_the_one_after_them_are_due_once() {
    let due = first(&cron("0,30 2,3 * * *", BERLIN), "2026-03-29T00:00:00Z", 3);
    assert_eq!(
        due,
        [
            "2026-03-29T01:00:00Z",
            "2026-03-29T01:30:00Z",
            "2026-03-30T00:00:00Z"
        ]
    );
}

#[test]
fn a_time_of_the_day_that_comes_twice_is_due_the_first_time() {
    let due = first(&cron("30 2 * * *", BERLIN), "2026-10-24T12:00:00Z", 2);
    assert_eq!(due, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
    let due = first(&cron("30 2 * * *", BERLIN), "2026-10-25T00:45:00Z", 1);
    assert_eq!(due, ["2026-10-26T01:30:00Z"], "known only since between the two");
}

#[test]
fn every_quarter_of_an_hour_is_every_quarter_of_an_hour() {
    for (from, until) in [
        ("2026-03-28T22:00:00Z", "2026-03-29T22:00:00Z"),
        ("2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z"),
    ] {
        let due = between(&cron("*/15 * * * *", BERLIN), at(from), at(until));
        assert_eq!(due.len(), 24 * 4);
        assert!(due.windows(2).all(|pair| pair[1] - pair[0] == 900));
    }
}

#[test]
fn an_hour_that_is_named_with_minutes_that_are_not_goes_with_the_clock() {
    let skipped = first(&cron("*/30 2 * * *", BERLIN), "2026-03-29T00:00:00Z", 1);
    assert_eq!(skipped, ["2026-03-30T00:00:00Z"]);
    let twice = first(&cron("*/30 2 * * *", BERLIN), "2026-10-24T12:00:00Z", 5);
    assert_eq!(
        twice,
        [
            "2026-10-25T00:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T01:30:00Z",
            "2026-10-26T01:00:00Z"
        ]
    );
}

#[test]
fn the_second_of_two_equal_times_is_not_lost_when_the_next_one_is_a_year_away() {
    let due = first(&cron("*/30 2 25 10 *", BERLIN), "2026-10-25T00:45:00Z", 3);
    assert_eq!(
        due,
        [
            "2026-10-25T01:00:00Z",
            "2026-10-25T01:30:00Z",
            "2027-10-25T00:00:00Z"
        ]
    );
}

#[test]
fn hourly_goes_on_and_the_others_name_a_time() {
    let hourly = schedule(LocalTimes::Hourly { minute: 15 }, BERLIN);
    let due = between(&hourly, at("2026-10-24T22:00:00Z"), at("2026-10-25T23:00:00Z"));
    assert!(due.windows(2).all(|pair| pair[1] - pair[0] == 3_600));
    let daily = schedule(LocalTimes::Daily { hour: 2, minute: 30 }, BERLIN);
    let due = first(&daily, "2026-03-29T00:00:00Z", 2);
    assert_eq!(due, ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]);
    let weekly = LocalTimes::Weekly {
        day: Weekday::Sunday,
        hour: 2,
        minute: 30,
    };
    let due = first(&schedule(weekly, BERLIN), "2026-10-20T00:00:00Z", 2);
    assert_eq!(due, ["2026-10-25T00:30:00Z", "2026-11-01T01:30:00Z"]);
}

#[test]
fn zones_may_move_by_half_an_hour_and_at_midnight_and_by_a_day() {
    let lord_howe = first(
        &cron("15 2 * * *", "Australia/Lord_Howe"),
        "2026-10-03T12:00:00Z",
        2,
    );
    assert_eq!(lord_howe, ["2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"]);
    let saint_johns = first(
        &cron("30 23 * * *", "America/St_Johns"),
        "2010-11-06T12:00:00Z",
        2,
    );
    assert_eq!(saint_johns, ["2010-11-07T02:00:00Z", "2010-11-08T03:00:00Z"]);
    let samoa = first(&cron("0 12 * * *", "Pacific/Apia"), "2011-12-29T00:00:00Z", 3);
    assert_eq!(
        samoa,
        [
            "2011-12-29T22:00:00Z",
            "2011-12-30T10:00:00Z",
            "2011-12-30T22:00:00Z"
        ]
    );
}

#[test]
fn zones_have_their_names_and_no_others() {
    assert!(Zone::named("America/New_York").is_some());
    assert!(Zone::named("Asia/Calcutta").is_some(), "an older name");
    assert!(Zone::named("Europe/Atlantis").is_none());
    assert!(Zone::named("").is_none());
}
