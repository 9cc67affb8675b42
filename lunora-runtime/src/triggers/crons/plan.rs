//! What becomes of the runs that fell due while none could begin.

use std::time::Duration;

use lunora_core::time::Time;

use crate::{calendar::Schedule, functions::Missed};

/// What is to be done next.
#[derive(Debug, PartialEq)]
pub(super) struct Plan {
    /// How many runs are left out, and when the last of them was due.
    pub(super) skipped: Option<(u64, Time)>,
    /// When the next run is due; it may have passed.
    pub(super) due: Option<Time>,
}

/// Everything that was due by `done` has been dealt with, and it is `now`.
pub(super) fn plan(schedule: &Schedule, missed: Missed, since: Time, done: Time, now: Time) -> Plan {
    let allowed = match missed {
        Missed::Skip => 0,
        Missed::CatchUp(last) => u64::from(last),
        Missed::Queue => u64::MAX,
    };
    let left_out = schedule.count(since, done, now).saturating_sub(allowed);
    if left_out == 0 {
        return Plan {
            skipped: None,
            due: schedule.next(since, done),
        };
    }
    let until = last_but(schedule, allowed, since, done, now);
    Plan {
        skipped: Some((left_out, until)),
        due: schedule.next(since, until),
    }
}

/// When the last run was due that has `allowed` others after it until `now`.
fn last_but(schedule: &Schedule, allowed: u64, since: Time, done: Time, now: Time) -> Time {
    let (mut too_early, mut late_enough) = (done, now);
    while late_enough.since(too_early) > PRECISION {
        let middle = too_early + late_enough.since(too_early) / 2;
        if schedule.count(since, middle, now) > allowed {
            too_early = middle;
        } else {
            late_enough = middle;
        }
    }
    schedule.next(since, too_early).unwrap_or(late_enough)
}

/// Two runs are further apart.
const PRECISION: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(number: u32) -> Time {
        Time::from_millis(f64::from(number) * 60_000.0)
    }

    fn every_minute(missed: Missed, done: u32, now: Time) -> Plan {
        let schedule = Schedule::every(Duration::from_mins(1)).unwrap();
        plan(&schedule, missed, minute(0), minute(done), now)
    }

    #[test]
    fn nothing_is_missed_in_time() {
        for missed in [Missed::Skip, Missed::CatchUp(2), Missed::Queue] {
            for now in [minute(5), minute(5) + Duration::from_millis(59_999)] {
                let next = Plan {
                    skipped: None,
                    due: Some(minute(6)),
                };
                assert_eq!(every_minute(missed, 5, now), next);
            }
        }
    }

    #[test]
    fn what_was_missed_is_skipped_and_counted() {
        for now in [minute(9), minute(9) + Duration::from_secs(30)] {
            let plan = every_minute(Missed::Skip, 5, now);
            assert_eq!(plan.skipped, Some((4, minute(9))));
            assert_eq!(plan.due, Some(minute(10)));
        }
    }

    #[test]
    fn the_last_ones_are_made_up_for() {
        let plan = every_minute(Missed::CatchUp(2), 5, minute(9) + Duration::from_secs(30));
        assert_eq!(plan.skipped, Some((2, minute(7))));
        assert_eq!(plan.due, Some(minute(8)));
        let plan = every_minute(Missed::CatchUp(4), 5, minute(9));
        assert_eq!((plan.skipped, plan.due), (None, Some(minute(6))));
    }

    #[test]
    fn all_of_them_are() {
        let plan = every_minute(Missed::Queue, 5, minute(100_000));
        assert_eq!((plan.skipped, plan.due), (None, Some(minute(6))));
    }

    #[test]
    fn a_clock_that_was_set_back_misses_nothing() {
        let plan = every_minute(Missed::Skip, 50, minute(9));
        assert_eq!((plan.skipped, plan.due), (None, Some(minute(51))));
    }
}
