//! The time, which in a simulation is the scheduler's.

use std::{
    ops::Add,
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::scheduler::Me;

/// A moment by the clock that only goes forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub(super) std::time::Instant);

/// What the times of simulations are counted from.
fn first() -> std::time::Instant {
    static FIRST: OnceLock<std::time::Instant> = OnceLock::new();
    *FIRST.get_or_init(std::time::Instant::now)
}

impl Instant {
    pub(crate) fn now() -> Self {
        Self(Me::current().map_or_else(std::time::Instant::now, |me| first() + me.simulation().now()))
    }

    pub(super) fn since_first(self) -> Duration {
        self.0.saturating_duration_since(first())
    }

    pub(crate) fn elapsed(self) -> Duration {
        Self::now().0.saturating_duration_since(self.0)
    }

    pub(crate) fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    pub(crate) fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration).map(Self)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0 + duration)
    }
}

/// The time of day.
pub(crate) fn since_1970() -> Duration {
    match Me::current() {
        Some(me) => me.simulation().time_of_day(),
        None => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
    }
}
