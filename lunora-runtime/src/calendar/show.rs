//! A point in time for people to read.

use super::civil::{DAY, Date};

/// `2026-11-30 09:05:07 UTC`, of milliseconds since 1970.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float becomes the nearest integer that there is"
)]
pub(crate) fn show(millis: f64) -> String {
    // What no calendar of ours goes to is shown at its end.
    let seconds = (millis / 1_000.0).floor().clamp(-FARTHEST, FARTHEST) as i64;
    let date = Date::from_days(seconds.div_euclid(DAY));
    let (hour, minute, second) = (
        seconds.rem_euclid(DAY) / 3_600,
        seconds.rem_euclid(3_600) / 60,
        seconds.rem_euclid(60),
    );
    let Date { year, month, day, .. } = date;
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// The last second that JavaScript's `Date` knows.
const FARTHEST: f64 = 8.64e12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_they_are() {
        assert_eq!(show(0.0), "1970-01-01 00:00:00 UTC");
        assert_eq!(show(951_782_399_999.0), "2000-02-28 23:59:59 UTC");
        assert_eq!(show(-1.0), "1969-12-31 23:59:59 UTC");
        assert_eq!(show(f64::INFINITY), show(8.64e15));
    }
}
