//! What connections may watch.

/// Limits of live queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveLimits {
    /// Queries that one connection watches at a time. Default 1,000.
    pub subscriptions: usize,
    /// Bytes of results in one transition, as JSON, those of failures with data included. What does not fit is delivered
    /// as a failure of its query. Default 60 MiB: clients in Rust take messages of 64 MiB, and there is more in one.
    pub transition_bytes: usize,
    /// Bytes that it takes to remember what the queries of one connection have read: about 72 for a document. A query
    /// beyond it fails until it reads less or others make room. Default 16 MiB.
    pub read_set_bytes: usize,
    /// The same for all connections together, where one result that many watch counts once, and with the results
    /// themselves, which are given up first. Default 256 MiB.
    pub watched_bytes: usize,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self {
            subscriptions: 1_000,
            transition_bytes: 60 << 20,
            read_set_bytes: 16 << 20,
            watched_bytes: 256 << 20,
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

    /// With this many bytes to remember what the queries of a connection have read.
    #[must_use]
    pub const fn read_set_bytes(self, read_set_bytes: usize) -> Self {
        Self {
            read_set_bytes,
            ..self
        }
    }

    /// With this many bytes for what all connections watch.
    #[must_use]
    pub const fn watched_bytes(self, watched_bytes: usize) -> Self {
        Self {
            watched_bytes,
            ..self
        }
    }
}
