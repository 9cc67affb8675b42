//! A clock that moves when the test says so.

use std::{sync::Arc, time::Duration};

use lunora_core::time::Time;
use parking_lot::Mutex;

use crate::functions::Clock;

/// A clock that stands still until it is moved. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<Mutex<Time>>);

/// 2030-01-01 00:00:00 UTC: where a test's clock starts unless told otherwise.
const START: Time = Time::from_millis(1_893_456_000_000.0);

impl Default for TestClock {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(START)))
    }
}

impl TestClock {
    /// Sets the time.
    pub fn set(&self, time: Time) {
        *self.0.lock() = time;
    }

    /// Moves the time on.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock();
        *now = *now + by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Time {
        *self.0.lock()
    }
}
