//! A clock that moves when the test says so.

use std::{sync::Arc, time::Duration};

use lunora_core::time::Time;
use tokio::sync::watch;

use crate::functions::{BoxFuture, Clock};

/// A clock that stands still until it is moved. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<watch::Sender<Time>>);

/// 2030-01-01 00:00:00 UTC: where a test's clock starts unless told otherwise.
const START: Time = Time::from_millis(1_893_456_000_000.0);

impl Default for TestClock {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(START)))
    }
}

impl TestClock {
    /// Now.
    pub fn now(&self) -> Time {
        *self.0.borrow()
    }

    /// Sets the time.
    pub fn set(&self, time: Time) {
        self.0.send_replace(time);
    }

    /// Moves the time on.
    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|now| *now = *now + by);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Time {
        Self::now(self)
    }

    fn wait_until(&self, time: Time) -> BoxFuture<'_, ()> {
        let mut now = self.0.subscribe();
        Box::pin(async move {
            // It fails only when the clock is gone, and this borrows it.
            let _ = now.wait_for(|now| *now >= time).await;
        })
    }
}
