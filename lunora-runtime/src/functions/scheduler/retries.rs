//! When a job that has failed runs again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Longest wait between two runs of a job.
const LONGEST: Duration = Duration::from_hours(1);
/// First wait after a failure that is not the function's.
const TRANSIENT: Duration = Duration::from_millis(100);
/// Longest wait after one.
const LONGEST_TRANSIENT: Duration = Duration::from_mins(1);

/// How often a job is run again after a failure, and with what waits in between: the first one, then twice as long each
/// time, up to an hour.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Retries {
    times: u32,
    first_wait_millis: f64,
}

impl Retries {
    /// Runs again up to `times` times, after `first_wait`, twice that, and so on.
    pub fn new(times: u32, first_wait: Duration) -> Self {
        Self {
            times,
            first_wait_millis: first_wait.as_secs_f64() * 1_000.0,
        }
    }

    /// How long to wait after this many runs; `None` when that is the end.
    pub(super) fn after(self, attempts: u32) -> Option<Duration> {
        if attempts > self.times {
            return None;
        }
        let first = Duration::try_from_secs_f64(self.first_wait_millis / 1_000.0).unwrap_or(LONGEST);
        Some(doubled(first, attempts, LONGEST))
    }
}

/// How long to wait after this many runs that failed through no fault of the function.
pub(super) fn transient(attempts: u32) -> Duration {
    doubled(TRANSIENT, attempts, LONGEST_TRANSIENT)
}

fn doubled(first: Duration, attempts: u32, longest: Duration) -> Duration {
    let times = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    first.saturating_mul(times).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let retries = Retries::new(40, Duration::from_secs(1));
        let waits: Vec<_> = (1..=4)
            .map(|attempts| retries.after(attempts).unwrap().as_secs())
            .collect();
        assert_eq!(waits, [1, 2, 4, 8]);
        assert_eq!(retries.after(40), Some(LONGEST));
        assert_eq!(retries.after(41), None);
        assert_eq!(Retries::new(0, Duration::ZERO).after(1), None);
    }
}
