//! Any expression, anywhere, from any time on.

use proptest::{prelude::*, sample::select};

use super::{naive::Minutes, *};

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Chatham",
    "America/Santiago",
];
const DAYS: i64 = 20;

fn field(first: u8, last: u8) -> impl Strategy<Value = String> {
    let part = prop_oneof![
        3 => (first..=last).prop_map(|value| value.to_string()),
        1 => (first..=last, 0..=last).prop_map(move |(from, more)| {
            let to = from.saturating_add(more).min(last);
            format!("{from}-{to}")
        }),
        1 => (1..=last).prop_map(|step| format!("*/{step}")),
        1 => (first..=last, 1..=last).prop_map(move |(from, step)| format!("{from}-{last}/{step}")),
    ];
    prop_oneof![
        1 => Just("*".to_owned()),
        3 => prop::collection::vec(part, 1..=3).prop_map(|parts| parts.join(",")),
    ]
}

fn expression() -> impl Strategy<Value = &'static str> {
    let day = prop_oneof![4 => field(1, 31), 2 => Just("*".to_owned()), 1 => Just("L".to_owned())];
    let month = prop_oneof![1 => field(1, 12), 4 => Just("*".to_owned())];
    let weekday = prop_oneof![1 => field(0, 6), 2 => Just("*".to_owned())];
    // The hours in which clocks are changed more often than others.
    let hour = prop_oneof![field(0, 23), field(1, 3)];
    (field(0, 59), hour, day, month, weekday)
        .prop_map(|(minute, hour, day, month, weekday)| format!("{minute} {hour} {day} {month} {weekday}"))
        .prop_filter("some date", |text| {
            CronExpression::parse(Box::leak(text.clone().into_boxed_str())).is_ok()
        })
        .prop_map(|text| -> &'static str { Box::leak(text.into_boxed_str()) })
}

/// Some days before one of the changes of the clocks, or any day.
fn start() -> impl Strategy<Value = i64> {
    let march = at("2027-03-10T00:00:00Z");
    let october = at("2027-10-01T00:00:00Z");
    let day = 24_i64 * 60;
    prop_oneof![
        (0..15 * day).prop_map(move |minute| march + minute * 60),
        (0..15 * day).prop_map(move |minute| october + minute * 60),
        (0..4_000 * day).prop_map(move |minute| march + minute * 60),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_is_due_when_a_walk_through_the_minutes_finds_it(text in expression(), zone in select(&ZONES), from in start()) {
        let until = from + DAYS * 86_400;
        let cron = cron(text, zone);
        let due = between(&cron, from, until);
        let expected = Minutes::new(zone, from, DAYS * 24 * 60).due(text);
        prop_assert_eq!(due.len() as u64, cron.count(time(from), time(from), time(until)));
        prop_assert!(due == expected, "first difference: {:?}", due.iter().zip(&expected).find(|(due, expected)| due != expected));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[0-9*/,L \t-]{0,24}|.{0,24}") {
        let text: &'static str = Box::leak(text.into_boxed_str());
        if let Ok(expression) = CronExpression::parse(text) {
            let cron = schedule(LocalTimes::Cron(expression), "Europe/Berlin");
            prop_assert!(cron.next(time(0), time(0)).is_some());
        }
    }
}
