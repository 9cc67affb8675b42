//! From local times to instants, over the changes of the clocks.
//!
//! The rule is that of Vixie's cron. An expression whose seconds, minutes or hours begin with `*` goes with the clock as
//! it is shown: what is skipped is not there, what comes twice is due twice, so `*/15 * * * *` is every 15 minutes in
//! any case. Any other names times of the day, and each of them is due once: a skipped one when the skipped time ends,
//! one that comes twice the first time.

use super::{civil::DAY, expression::CronExpression, zone::Zone};

/// The first instant after `after` at which `expression` is due in `zone`.
pub(super) fn next(expression: &CronExpression, zone: &Zone, after: i64) -> Option<i64> {
    if expression.moves() {
        as_shown(expression, zone, after + 1)
    } else {
        once_each(expression, zone, after)
    }
}

fn once_each(expression: &CronExpression, zone: &Zone, after: i64) -> Option<i64> {
    let mut local = after + zone.offset(after);
    loop {
        local = expression.at_or_after(local)?;
        let due = zone.first_instant(local);
        // In the second of two equal hours, all of the first one has been due.
        if due > after {
            return Some(due);
        }
        local += 1;
    }
}

fn as_shown(expression: &CronExpression, zone: &Zone, mut from: i64) -> Option<i64> {
    loop {
        let offset = zone.offset(from);
        let due = expression.at_or_after(from + offset)? - offset;
        let near = due.min(from + 2 * DAY);
        from = match zone.end_of(offset, from, near) {
            Some(change) => change,
            None if near == due => return Some(due),
            // Until two days before, nothing matches, however the clocks are changed: that is by less than two days.
            None => near.max(due - 2 * DAY),
        };
    }
}
