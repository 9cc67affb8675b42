//! The limits of an embedded store.

use std::time::Duration;

/// Limits of an [`Embedded`](super::Embedded) store. All are in bytes unless they say otherwise.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the overlay may hold in memory before it is written into the engine. At most three times this is
    /// in memory: one such layer being written, and a newer one of twice the size before writers have to
    /// wait. Versions that nobody reads any more are given up before that. Default 64 MiB.
    pub overlay_bytes: usize,
    /// How much of the log is written before the overlay goes into the engine however little of it is in memory. It
    /// bounds the work of a start after a crash: at most twice this is read. Default 256 MiB.
    pub log_bytes: usize,
    /// Size of one segment of the commit log. A commit that does not fit gets a segment of its own size.
    /// Default 16 MiB.
    pub segment_bytes: usize,
    /// The engine's page cache. Default 256 MiB.
    pub cache_bytes: usize,
    /// How long a timestamp can be read after it was the newest one, as far as `overlay_bytes` and `history_bytes`
    /// allow. Default 30 s.
    pub history: Duration,
    /// How long it can be read in any case. Default 2 s.
    pub history_at_least: Duration,
    /// What may stay in memory for reads at timestamps before the last checkpoint: more than a full overlay, or they
    /// end after `history_at_least`. Default 96 MiB.
    pub history_bytes: usize,
    /// How many commits the feed reaches back at most, in commits. Default 65,536.
    pub recent_commits: usize,
    /// What the feed retains of them: their keys. Default 64 MiB.
    pub recent_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            overlay_bytes: 64 << 20,
            log_bytes: 256 << 20,
            segment_bytes: 16 << 20,
            cache_bytes: 256 << 20,
            history: Duration::from_secs(30),
            history_at_least: Duration::from_secs(2),
            history_bytes: 96 << 20,
            recent_commits: 1 << 16,
            recent_bytes: 64 << 20,
        }
    }
}
