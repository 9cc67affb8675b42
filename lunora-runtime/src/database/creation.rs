//! When documents were created.

use std::sync::atomic::{AtomicU64, Ordering};

/// Times closer together than this are kept apart; a clock that was set back further starts anew.
const WINDOW_MS: f64 = 60_000.0;

/// Gives each document a creation time of its own, later than those before it, so that documents made in one
/// millisecond (or under a test's clock, which stands still) keep the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct CreationTimes {
    /// Bits of the last time given out, in milliseconds since 1970.
    last: AtomicU64,
}

impl CreationTimes {
    /// The creation time of a document that is made at `now_ms`.
    pub(super) fn next(&self, now_ms: f64) -> f64 {
        let after = |last: u64| later(f64::from_bits(last), now_ms).to_bits();
        let step = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(after(last)));
        // The closure never declines, so both arms hold what was there before.
        f64::from_bits(after(step.unwrap_or_else(|last| last)))
    }
}

fn later(last: f64, now_ms: f64) -> f64 {
    if (now_ms..now_ms + WINDOW_MS).contains(&last) {
        last.next_up()
    } else {
        now_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_a_clock_that_stands_still_increase() {
        let times = CreationTimes::default();
        let given: Vec<f64> = (0..10_000).map(|_| times.next(1_000.0)).collect();
        assert!(given.is_sorted_by(|left, right| left < right));
        assert!(given[9_999] < 1_001.0);
    }

    #[test]
    fn a_clock_that_moves_is_followed_in_both_directions() {
        let times = CreationTimes::default();
        for now in [2_000.0, 3_000.0, 500_000.0, 100_000.0_f64] {
            assert_eq!(times.next(now).to_bits(), now.to_bits());
        }
    }
}
