//! Which local times match.

use std::ops::Range;

use super::{
    civil::{DAY, Date, longest},
    fields::{self, Reader, Set, attempt},
    problem::InvalidExpression,
};

/// A cron expression, made by [`cron!`](../macro.cron.html): the local times at which something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CronExpression {
    text: &'static str,
    seconds: u64,
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// In months that are shorter, their last day stands for this one; 0 for none.
    at_most: u8,
    /// Either the day of the month or that of the week is enough. So it is when neither begins with `*`.
    either_day: bool,
    moves: bool,
}

impl CronExpression {
    /// Reads 5 fields (minute, hour, day of the month, month, day of the week), or 6 with seconds in front.
    pub const fn parse(text: &'static str) -> Result<Self, InvalidExpression> {
        let mut reader = Reader::new(text);
        let seconds = match reader.count() {
            5 => Set { bits: 1, star: false },
            6 => attempt!(reader.field(&fields::SECOND)),
            _ => return Err(InvalidExpression::Fields),
        };
        let minutes = attempt!(reader.field(&fields::MINUTE));
        let hours = attempt!(reader.field(&fields::HOUR));
        let last_day = reader.last_day();
        let days = if last_day {
            Set {
                bits: 1 << 31,
                star: false,
            }
        } else {
            attempt!(reader.field(&fields::DAY))
        };
        let months = attempt!(reader.field(&fields::MONTH));
        let weekdays = attempt!(reader.field(&fields::WEEKDAY));
        let expression = Self {
            text,
            seconds: seconds.bits,
            minutes: minutes.bits,
            hours: hours.bits,
            days: days.bits,
            months: months.bits,
            // 7 is Sunday, as 0 is.
            weekdays: (weekdays.bits | weekdays.bits >> 7) & 0x7f,
            at_most: if last_day { 31 } else { 0 },
            either_day: !days.star && !weekdays.star,
            moves: seconds.star || minutes.star || hours.star,
        };
        if expression.comes() {
            Ok(expression)
        } else {
            Err(InvalidExpression::Never)
        }
    }

    /// Reads what `cron!` was given, while the application is compiled.
    ///
    /// # Panics
    /// With what is wrong, if anything is: the compiler shows it as its error.
    #[doc(hidden)]
    #[track_caller]
    pub const fn __checked(text: &'static str) -> Self {
        match Self::parse(text) {
            Ok(expression) => expression,
            Err(problem) => panic!("{}", problem.text()),
        }
    }

    /// At this time on the days of the week whose bits are set, or on this day of the month, or its last if it is shorter.
    pub(super) const fn at(hour: u8, minute: u8, weekdays: u64, day: Option<u8>) -> Self {
        Self {
            text: "",
            seconds: 1,
            minutes: 1 << minute,
            hours: 1 << hour,
            days: match day {
                Some(day) => 1 << day,
                None => u64::MAX,
            },
            months: u64::MAX,
            weekdays,
            at_most: match day {
                Some(day) => day,
                None => 0,
            },
            either_day: false,
            moves: false,
        }
    }

    /// In each hour.
    pub(super) const fn hourly(minute: u8) -> Self {
        let mut expression = Self::at(0, minute, u64::MAX, None);
        expression.hours = (1 << 24) - 1;
        expression.moves = true;
        expression
    }

    /// As it was written.
    pub const fn as_str(&self) -> &'static str {
        self.text
    }

    /// It goes with the clock as it is shown: seconds, minutes or hours begin with `*`.
    pub(super) const fn moves(&self) -> bool {
        self.moves
    }

    /// Whether there is a day that matches.
    const fn comes(&self) -> bool {
        if self.either_day || self.at_most > 0 {
            return true;
        }
        let mut month = 1;
        while month <= 12 {
            let first_days = (2 << longest(month)) - 2;
            if self.months & (1 << month) != 0 && self.days & first_days != 0 {
                return true;
            }
            month += 1;
        }
        false
    }

    pub(super) fn matches_date(&self, date: Date) -> bool {
        let day = has(self.days, date.day)
            || (self.at_most > 0 && date.day == self.at_most.min(date.month_length()));
        let weekday = has(self.weekdays, date.weekday);
        let matches = if self.either_day {
            day || weekday
        } else {
            day && weekday
        };
        matches && has(self.months, date.month)
    }

    /// The first local time at or after `local` that matches, both in seconds since 1970 as the clock on the wall shows
    /// them; none when no year up to the limit has one.
    pub(super) fn at_or_after(&self, local: i64) -> Option<i64> {
        let today = local.div_euclid(DAY);
        if self.matches_date(Date::from_days(today))
            && let Some(time) = self.time_from(local.rem_euclid(DAY))
        {
            return Some(today * DAY + time);
        }
        let day = (today + 1..=today + FARTHEST).find(|day| self.matches_date(Date::from_days(*day)))?;
        Some(day * DAY + self.time_from(0)?)
    }

    /// How many of these local times match.
    pub(super) fn count(&self, local: Range<i64>) -> u64 {
        if local.is_empty() {
            return 0;
        }
        let days = local.start.div_euclid(DAY)..=(local.end - 1).div_euclid(DAY);
        let matching = days.filter(|day| self.matches_date(Date::from_days(*day)));
        let times = |day: i64, until: i64| self.times_before((until - day * DAY).clamp(0, DAY));
        matching
            .map(|day| times(day, local.end) - times(day, local.start))
            .sum()
    }

    /// How many times of the day before `second` match.
    fn times_before(&self, second: i64) -> u64 {
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let all_seconds = below(self.seconds, 60);
        let mut count = below(self.hours, hour) * below(self.minutes, 60) * all_seconds;
        if next(self.hours, hour) == Some(hour) {
            count += below(self.minutes, minute) * all_seconds;
            if next(self.minutes, minute) == Some(minute) {
                count += below(self.seconds, second);
            }
        }
        count
    }

    /// The first time of the day at or after `second` that matches.
    fn time_from(&self, second: i64) -> Option<i64> {
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let first_second = next(self.seconds, 0)?;
        let first_minute = next(self.minutes, 0)?;
        if next(self.hours, hour) == Some(hour) {
            if next(self.minutes, minute) == Some(minute)
                && let Some(second) = next(self.seconds, second)
            {
                return Some(hour * 3_600 + minute * 60 + second);
            }
            if let Some(minute) = next(self.minutes, minute + 1) {
                return Some(hour * 3_600 + minute * 60 + first_second);
            }
        }
        let hour = next(self.hours, hour + 1)?;
        Some(hour * 3_600 + first_minute * 60 + first_second)
    }
}

/// How many values in `bits` are below `limit`.
fn below(bits: u64, limit: i64) -> u64 {
    let above = u32::try_from(limit).map_or(0, |limit| u64::MAX.checked_shl(limit).unwrap_or(0));
    u64::from((bits & !above).count_ones())
}

/// How many days are looked at. A 29 February is at most 8 years away; one on a given day of the week, 40.
const FARTHEST: i64 = 41 * 366;

const fn has(bits: u64, value: u8) -> bool {
    bits & (1 << value) != 0
}

/// The smallest value in `bits` that is at least `from`.
fn next(bits: u64, from: i64) -> Option<i64> {
    let left = bits & u64::MAX.checked_shl(u32::try_from(from).ok()?)?;
    (left != 0).then(|| i64::from(left.trailing_zeros()))
}
