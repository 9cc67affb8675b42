//! Points in time, as functions see and store them.

use std::{
    fmt,
    ops::{Add, Sub},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::shape::{Node, Shape, Shapes};

/// A point in time in milliseconds since 1970 (UTC). Travels as a plain number, as JavaScript's `Date` counts.
#[derive(Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(f64);

impl Time {
    /// From milliseconds since 1970, which may have a fraction.
    pub const fn from_millis(millis: f64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    pub const fn as_millis(self) -> f64 {
        self.0
    }

    /// How long after `earlier` this is; zero when it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::try_from_secs_f64((self.0 - earlier.0) / 1_000.0).unwrap_or(Duration::ZERO)
    }
}

impl From<SystemTime> for Time {
    fn from(time: SystemTime) -> Self {
        let after = time.duration_since(UNIX_EPOCH).map(|after| after.as_secs_f64());
        Self(after.unwrap_or_else(|before| -before.duration().as_secs_f64()) * 1_000.0)
    }
}

impl Add<Duration> for Time {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        Self(self.0 + duration.as_secs_f64() * 1_000.0)
    }
}

impl Sub<Duration> for Time {
    type Output = Self;
    fn sub(self, duration: Duration) -> Self {
        Self(self.0 - duration.as_secs_f64() * 1_000.0)
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Time({} ms)", self.0)
    }
}

#[diagnostic::do_not_recommend]
impl Shape for Time {
    fn shape(_: &mut Shapes) -> Node {
        Node::Float64
    }
}
