//! Commit timestamps.

use std::fmt;

/// Commit timestamp: strictly increasing, survives restarts, below 2^63.
///
/// It numbers commits and says nothing about wall-clock time. Zero is the empty store, before any commit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The empty store, before any commit.
    pub const ZERO: Self = Self(0);

    /// The greatest timestamp a commit may have: it still fits a signed 64-bit integer, for SQL and
    /// JavaScript.
    pub const MAX: Self = Self((1 << 63) - 1);
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
