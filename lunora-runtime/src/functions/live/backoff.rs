//! Waits that grow.

use std::time::Duration;

/// How long to wait before something is tried again: each wait is twice as long as the one before, up to the longest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
}

impl Backoff {
    pub(super) const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest }
    }

    /// The wait after so many others.
    pub(super) fn after(self, others: u32) -> Duration {
        let wait = self.first.saturating_mul(2_u32.saturating_pow(others));
        wait.min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_the_longest() {
        let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(10));
        let waits = [0, 1, 2, 3, 4, 31, 32, u32::MAX].map(|others| backoff.after(others).as_secs());
        assert_eq!(waits, [1, 2, 4, 8, 10, 10, 10, 10]);
    }
}
