//! Where functions get the time from.

use std::{fmt::Debug, time::SystemTime};

use lunora_core::time::Time;

/// A source of the time of day. Tests put their own in its place.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Time;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        SystemTime::now().into()
    }
}
