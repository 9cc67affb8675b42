//! Lists that do not start, and what is said.

use lunora::prelude::*;

use super::*;

fn refusal(list: fn() -> Crons) -> String {
    LIST.set(list);
    TestApp::new(app()).expect_err("it does not start").to_string()
}

#[test]
fn a_name_is_given_once() {
    let refusal = refusal(|| Crons::new().hourly("a", 1, tick("a")).hourly("a", 2, tick("b")));
    assert_eq!(refusal, "two crons are called `a`; give one of them another name");
}

#[test]
fn names_are_not_empty_nor_endless() {
    let refused = "the cron `` cannot be: a name has 1 to 256 bytes";
    assert_eq!(refusal(|| Crons::new().hourly("", 1, tick("a"))), refused);
    let long = refusal(|| Crons::new().hourly("a".repeat(257).leak(), 1, tick("a")));
    assert!(long.ends_with("a name has 1 to 256 bytes"), "{long}");
    LIST.set(|| Crons::new().hourly("a".repeat(256).leak(), 1, tick("a")));
    assert!(TestApp::new(app()).is_ok());
}

#[test]
fn zones_have_their_names() {
    let refusal = refusal(|| Crons::new().hourly("a", 1, tick("a")).timezone("Berlin"));
    assert_eq!(
        refusal,
        "the cron `a` cannot be: there is no time zone `Berlin`; the names are those of the IANA database, such as \
         `Europe/Berlin`"
    );
}

#[test]
fn intervals_have_no_zone_and_a_length() {
    let zone = refusal(|| Crons::new().interval("a", MINUTE, tick("a")).timezone("UTC"));
    assert_eq!(
        zone,
        "the cron `a` cannot be: an interval has no time zone: it is the same everywhere"
    );
    let short = refusal(|| Crons::new().interval("a", Duration::from_millis(999), tick("a")));
    assert_eq!(
        short,
        "the cron `a` cannot be: an interval is at least 1 second, and at most 10 years"
    );
}

#[test]
fn clocks_show_no_other_numbers() {
    let hour = refusal(|| Crons::new().daily("a", 24, 0, tick("a")));
    assert_eq!(hour, "the cron `a` cannot be: an hour is a number from 0 to 23");
}

#[test]
fn options_stand_after_their_cron() {
    let refusal = refusal(|| Crons::new().timezone("UTC").hourly("a", 1, tick("a")));
    assert_eq!(
        refusal,
        "`.timezone(..)` stands before the first cron; write it after the one that it is about"
    );
}
