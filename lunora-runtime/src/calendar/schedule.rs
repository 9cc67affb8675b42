//! When something is due: every so often, or at local times in a time zone.

use std::{fmt, time::Duration};

use lunora_core::time::Time;

use super::{CronExpression, Zone, count::count, next::next};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are the days of the week")]
pub enum Weekday {
    Sunday,
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
}

/// When something is due that comes again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Schedule {
    /// Every so many milliseconds from the moment at which it was first known.
    Every(u64),
    /// At times that a clock on the wall shows.
    Local(LocalTimes, Zone),
}

/// Times that a clock on the wall shows, as they were asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum LocalTimes {
    Hourly { minute: u8 },
    Daily { hour: u8, minute: u8 },
    Weekly { day: Weekday, hour: u8, minute: u8 },
    Monthly { day: u8, hour: u8, minute: u8 },
    Cron(CronExpression),
}

/// A schedule that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// Too short or too long.
    #[error("an interval is at least 1 second, and at most 10 years")]
    Interval,
    /// No minute of an hour.
    #[error("a minute is a number from 0 to 59")]
    Minute,
    /// No hour of a day.
    #[error("an hour is a number from 0 to 23")]
    Hour,
    /// No day of any month.
    #[error("a day of the month is a number from 1 to 31")]
    Day,
}

/// Shortest interval, in milliseconds: what is due more often is no job for rows in a table.
const SHORTEST_MILLIS: u64 = 1_000;
/// Longest interval, in milliseconds.
const LONGEST_MILLIS: u64 = 3_660 * 86_400_000;

impl Schedule {
    /// Every `period`, which is a whole number of milliseconds; what is finer is left out.
    pub(crate) fn every(period: Duration) -> Result<Self, ScheduleError> {
        let millis = u64::try_from(period.as_millis()).unwrap_or(u64::MAX);
        if (SHORTEST_MILLIS..=LONGEST_MILLIS).contains(&millis) {
            Ok(Self::Every(millis))
        } else {
            Err(ScheduleError::Interval)
        }
    }

    /// The first time after `after`. An interval counts from `since`.
    pub(crate) fn next(&self, since: Time, after: Time) -> Option<Time> {
        match self {
            Self::Every(period) => {
                let (since, period) = (millis(since), i64::try_from(*period).ok()?);
                let past = (millis(after) - since).div_euclid(period).max(0);
                Some(time(since + (past + 1) * period))
            }
            Self::Local(times, zone) => {
                let due = next(&times.expression(), zone, seconds(after))?;
                Some(time(due * 1_000))
            }
        }
    }

    /// How often it is due after `after` and up to `until`.
    pub(crate) fn count(&self, since: Time, after: Time, until: Time) -> u64 {
        match self {
            Self::Every(period) => {
                let past = |at: Time| u64::try_from(millis(at) - millis(since)).unwrap_or(0) / period;
                past(until).saturating_sub(past(after))
            }
            Self::Local(times, zone) => {
                count(&times.expression(), zone, seconds(after) + 1..seconds(until) + 1)
            }
        }
    }
}

impl LocalTimes {
    /// Refuses numbers that no clock and no calendar shows.
    pub(crate) fn checked(self) -> Result<Self, ScheduleError> {
        let (day, hour, minute) = match self {
            Self::Hourly { minute } => (1, 0, minute),
            Self::Daily { hour, minute } | Self::Weekly { hour, minute, .. } => (1, hour, minute),
            Self::Monthly { day, hour, minute } => (day, hour, minute),
            Self::Cron(_) => (1, 0, 0),
        };
        match (day, hour, minute) {
            (_, _, 60..) => Err(ScheduleError::Minute),
            (_, 24.., _) => Err(ScheduleError::Hour),
            (0 | 32.., _, _) => Err(ScheduleError::Day),
            _ => Ok(self),
        }
    }

    fn expression(&self) -> CronExpression {
        match *self {
            Self::Hourly { minute } => CronExpression::hourly(minute),
            Self::Daily { hour, minute } => CronExpression::at(hour, minute, u64::MAX, None),
            Self::Weekly { day, hour, minute } => CronExpression::at(hour, minute, 1 << day as u8, None),
            Self::Monthly { day, hour, minute } => CronExpression::at(hour, minute, u64::MAX, Some(day)),
            Self::Cron(expression) => expression,
        }
    }
}

/// As people read it, and as it is compared with that of the last start.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(millis) if millis % 1_000 == 0 => write!(f, "every {} s", millis / 1_000),
            Self::Every(millis) => write!(f, "every {millis} ms"),
            Self::Local(times, zone) => write!(f, "{times} {}", zone.name()),
        }
    }
}

impl fmt::Display for LocalTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hourly { minute } => write!(f, "hourly at :{minute:02}"),
            Self::Daily { hour, minute } => write!(f, "daily at {hour:02}:{minute:02}"),
            Self::Weekly { day, hour, minute } => write!(f, "weekly on {day:?} at {hour:02}:{minute:02}"),
            Self::Monthly { day, hour, minute } => write!(f, "monthly on day {day} at {hour:02}:{minute:02}"),
            Self::Cron(expression) => write!(f, "`{}`", expression.as_str()),
        }
    }
}

fn seconds(time: Time) -> i64 {
    millis(time).div_euclid(1_000)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float becomes the nearest integer that there is"
)]
fn millis(time: Time) -> i64 {
    time.as_millis().floor() as i64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "integers up to 2^53 are exact: 285,000 years"
)]
fn time(millis: i64) -> Time {
    Time::from_millis(millis as f64)
}
