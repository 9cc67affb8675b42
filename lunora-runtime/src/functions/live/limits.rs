//! What one connection may watch.

/// Limits of live queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveLimits {
    /// Queries that one connection watches at a time. Default 1,000.
    pub subscriptions: usize,
    /// Bytes of results in one transition, as JSON. What does not fit is delivered as a failure of its query.
    /// Default 64 MiB.
    pub transition_bytes: usize,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self {
            subscriptions: 1_000,
            transition_bytes: 64 << 20,
        }
    }
}

impl LiveLimits {
    /// With this many queries to a connection.
    #[must_use]
    pub const fn subscriptions(self, subscriptions: usize) -> Self {
        Self {
            subscriptions,
            ..self
        }
    }

    /// With this many bytes of results in one transition.
    #[must_use]
    pub const fn transition_bytes(self, transition_bytes: usize) -> Self {
        Self {
            transition_bytes,
            ..self
        }
    }
}
