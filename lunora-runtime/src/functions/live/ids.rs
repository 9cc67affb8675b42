//! Names of what is watched, by whom, and of what runs for them.

/// A client's set of live queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ConnectionId(pub(super) u64);

/// A query that somebody watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct QueryId(pub(super) u64);

/// A run of a query, waiting for its turn or under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RunId(pub(super) u64);

/// One query of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct WatchId {
    pub(super) connection: ConnectionId,
    /// The client's own number.
    pub(super) number: u32,
    /// Tells it from what the client watched under this number before.
    pub(super) serial: u64,
}
