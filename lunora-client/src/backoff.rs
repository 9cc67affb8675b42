//! How long to wait before the next attempt.

use std::time::Duration;

use rand::RngExt;

/// The first pause.
const FIRST: Duration = Duration::from_millis(100);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(15);

/// Pauses that double, and differ from client to client, so that a server that comes back is not met by all at once.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// It went well.
    pub(crate) const fn reset(&mut self) {
        self.failures = 0;
    }

    /// The pause before the next attempt: between half and all of what doubling gives.
    pub(crate) fn next(&mut self) -> Duration {
        let doubled = FIRST.saturating_mul(1 << self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        doubled.min(LONGEST).mul_f64(rand::rng().random_range(0.5..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit_and_begin_anew() {
        let mut backoff = Backoff::default();
        for doubled in [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000] {
            let (pause, longest) = (backoff.next(), Duration::from_millis(doubled));
            assert!(pause <= longest && pause >= longest / 2, "{pause:?}");
        }
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }
}
