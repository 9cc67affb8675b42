//! What is an expression, and what is said of what is not.

use super::{first, *};
use crate::calendar::InvalidExpression;

#[test]
fn each_field_takes_values_ranges_steps_names_and_lists() {
    for (text, expected) in [
        ("30 9 * * *", ["2026-01-01T09:30:00Z", "2026-01-02T09:30:00Z"]),
        ("*/20 9 * * *", ["2026-01-01T09:00:00Z", "2026-01-01T09:20:00Z"]),
        (
            "10-50/20 9 * * *",
            ["2026-01-01T09:10:00Z", "2026-01-01T09:30:00Z"],
        ),
        (
            "5,10 9-10 * * *",
            ["2026-01-01T09:05:00Z", "2026-01-01T09:10:00Z"],
        ),
        (
            "0 0 1 feb,MAR *",
            ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"],
        ),
        (
            "0 0 * * Mon-Tue",
            ["2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"],
        ),
        ("0 0 * * 7", ["2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z"]),
        (
            "0 0 * * SAT-SUN",
            ["2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z"],
        ),
        ("0 0 L * *", ["2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"]),
        (
            "15,45 30 9 * * *",
            ["2026-01-01T09:30:15Z", "2026-01-01T09:30:45Z"],
        ),
        ("\t0  0 1 1 * ", ["2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"]),
    ] {
        assert_eq!(
            first(&cron(text, "UTC"), "2026-01-01T00:00:00Z", 2),
            expected,
            "{text}"
        );
    }
}

#[test]
fn what_is_wrong_is_said() {
    for (text, problem) in [
        ("", InvalidExpression::Fields),
        ("* * * *", InvalidExpression::Fields),
        ("* * * * * * *", InvalidExpression::Fields),
        ("60 * * * * *", InvalidExpression::Second),
        ("60 * * * *", InvalidExpression::Minute),
        ("-1 * * * *", InvalidExpression::Minute),
        ("0 24 * * *", InvalidExpression::Hour),
        ("0 300 * * *", InvalidExpression::Hour),
        ("0 0 0 * *", InvalidExpression::Day),
        ("0 0 32 * *", InvalidExpression::Day),
        ("0 0 L-1 * *", InvalidExpression::Day),
        ("0 0 1 13 *", InvalidExpression::Month),
        ("0 0 1 FOO *", InvalidExpression::Month),
        ("0 0 * * 8", InvalidExpression::Weekday),
        ("0 0 * * JAN", InvalidExpression::Weekday),
        ("0 22-2 * * *", InvalidExpression::Backwards),
        ("*/0 * * * *", InvalidExpression::Step),
        ("*/ * * * *", InvalidExpression::Step),
        ("*/60 * * * *", InvalidExpression::Step),
        ("5/10 * * * *", InvalidExpression::StepOfOne),
        ("*,, * * * *", InvalidExpression::Minute),
        ("1x * * * *", InvalidExpression::Unexpected),
        ("** * * * *", InvalidExpression::Unexpected),
        ("0 0 * * MONDAY", InvalidExpression::Unexpected),
        ("0 0 30 2 *", InvalidExpression::Never),
        ("0 0 31 4,6,9,11 *", InvalidExpression::Never),
    ] {
        assert_eq!(CronExpression::parse(text), Err(problem), "{text}");
    }
}

#[test]
fn days_of_the_month_and_of_the_week_are_alternatives_if_neither_begins_with_a_star() {
    let either = first(&cron("0 0 13 * FRI", "UTC"), "2026-02-01T00:00:00Z", 3);
    assert_eq!(
        either,
        [
            "2026-02-06T00:00:00Z",
            "2026-02-13T00:00:00Z",
            "2026-02-20T00:00:00Z"
        ]
    );
    let either = first(&cron("0 0 14 * FRI", "UTC"), "2026-02-07T00:00:00Z", 2);
    assert_eq!(either, ["2026-02-13T00:00:00Z", "2026-02-14T00:00:00Z"]);
    let both = first(&cron("0 0 */2 * FRI", "UTC"), "2026-02-01T00:00:00Z", 2);
    assert_eq!(both, ["2026-02-13T00:00:00Z", "2026-02-27T00:00:00Z"]);
}

#[test]
fn a_leap_day_comes_every_four_years_but_for_centuries() {
    let leap = first(&cron("0 0 29 2 *", "UTC"), "2093-01-01T00:00:00Z", 3);
    assert_eq!(
        leap,
        [
            "2096-02-29T00:00:00Z",
            "2104-02-29T00:00:00Z",
            "2108-02-29T00:00:00Z"
        ]
    );
}

#[test]
fn a_month_without_the_day_is_skipped_by_an_expression_and_ends_earlier_for_monthly() {
    let skipped = first(&cron("0 6 31 * *", "UTC"), "2028-01-01T00:00:00Z", 3);
    assert_eq!(
        skipped,
        [
            "2028-01-31T06:00:00Z",
            "2028-03-31T06:00:00Z",
            "2028-05-31T06:00:00Z"
        ]
    );
    let monthly = LocalTimes::Monthly {
        day: 30,
        hour: 6,
        minute: 0,
    };
    let monthly = first(&schedule(monthly, "UTC"), "2028-01-01T00:00:00Z", 4);
    assert_eq!(
        monthly,
        [
            "2028-01-30T06:00:00Z",
            "2028-02-29T06:00:00Z",
            "2028-03-30T06:00:00Z",
            "2028-04-30T06:00:00Z"
        ]
    );
}
