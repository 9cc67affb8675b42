//! How often something is due in a span of time, by the rule that `next` has, without going through it.

use std::ops::Range;

use super::{civil::DAY, expression::CronExpression, zone::Zone};

/// How often `expression` is due in `zone` at these instants.
pub(super) fn count(expression: &CronExpression, zone: &Zone, instants: Range<i64>) -> u64 {
    let mut unseen = unseen(zone, instants.start);
    let (mut count, mut from) = (0, instants.start);
    while from < instants.end {
        let to = end_of_offset(zone, from, instants.end);
        let offset = zone.offset(from);
        let shown = from + offset..to + offset;
        if expression.moves() {
            count += expression.count(shown.clone());
        } else {
            count += u64::from(ends_a_gap(expression, unseen, shown.start));
            count += expression.count(shown.start.max(unseen)..shown.end);
        }
        unseen = unseen.max(shown.end);
        from = to;
    }
    count
}

/// The first local time that the clock has not shown before `instant`. It may have been set back a moment ago.
fn unseen(zone: &Zone, instant: i64) -> i64 {
    let shown = instant + zone.offset(instant);
    match zone.change(instant - 2 * DAY, instant) {
        Some(change) => shown.max(change + zone.offset(change - 1)),
        None => shown,
    }
}

/// Where the offset at `from` ends, or `end` if that comes first.
fn end_of_offset(zone: &Zone, from: i64, end: i64) -> i64 {
    let mut at = from;
    while at < end {
        let near = end.min(at + 2 * DAY);
        match zone.change(at, near) {
            Some(change) => return change,
            None => at = near,
        }
    }
    end
}

/// Something skipped before `shown` is due when the clock shows it, and nothing else is.
fn ends_a_gap(expression: &CronExpression, unseen: i64, shown: i64) -> bool {
    expression.count(unseen..shown) > 0 && expression.count(shown..shown + 1) == 0
}
