//! What the rooms above see of a store.

use std::fmt::Debug;
use std::sync::Arc;

use super::commit::{Changes, Commit, Key, Payload};
use super::error::StoreError;
use super::range::{Direction, KeyRange};
use super::timestamp::Timestamp;

/// Called once a commit is on disk, or with the error that keeps it from getting there.
pub type Durable = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Called with the error when the store fails for good.
pub type OnFailure = Box<dyn FnOnce(StoreError) + Send>;

/// The pairs of a scan, in order.
pub type Pairs<'a> = Box<dyn Iterator<Item = Result<(Key, Payload), StoreError>> + Send + 'a>;

/// Ordered, versioned key-value storage with durable commits and a change feed.
///
/// Nothing above may assume that it is the only writer of the data: see [`Store::append`].
pub trait Store: Send + Sync + Debug + 'static {
    /// Newest commit that is ordered: visible to the next mutation, maybe not yet on disk.
    fn ordered(&self) -> Timestamp;

    /// Newest commit that is on disk. Never ahead of `ordered`.
    fn durable(&self) -> Timestamp;

    /// A consistent view as of exactly `ts`.
    ///
    /// `ordered()` and `durable()` always work; older ones as long as the store's limits allow (half a minute, unless
    /// it is written to so much that memory does not suffice), else [`StoreError::TooOld`].
    fn snapshot(&self, ts: Timestamp) -> Result<Arc<dyn Snapshot>, StoreError>;

    /// A consistent view of everything that was durable when it was asked for, to be read for as long as it takes:
    /// it holds up no writer, and memory does not grow with what is written meanwhile.
    fn frozen(&self) -> Result<Arc<dyn Snapshot>, StoreError> {
        self.snapshot(self.durable())
    }

    /// Orders a commit directly after `after`. Visible to `snapshot(commit.ts)` when this returns; on disk
    /// later.
    ///
    /// [`StoreError::Moved`] when `ordered()` is no longer `after`: another writer of the same data got there
    /// first; validate against `feed(after)` and try again. Waits while the disk cannot keep up with what is
    /// in memory.
    fn append(&self, after: Timestamp, commit: &Commit) -> Result<(), StoreError>;

    /// Calls `done` once `ts` is durable (at once when it already is), or with an error when the store has
    /// failed. With a `ts` above `ordered()` that is when a later commit is.
    ///
    /// Called from the log thread, or from that of a writer: it must not block.
    fn when_durable(&self, ts: Timestamp, done: Durable);

    /// Calls `failed` once the store has failed for good (at once when it already has), whoever waits for what:
    /// nothing can be promised any more, and the process has to end. A full disk is no failure.
    ///
    /// Called from the thread that fails: it must not block.
    fn on_failure(&self, failed: OnFailure);

    /// What the ordered commits after `since` changed, oldest first, as far as retained, else [`StoreError::TooOld`].
    fn feed(&self, since: Timestamp) -> Result<Vec<Arc<Changes>>, StoreError>;

    /// Waits until everything ordered is durable, checkpoints and closes.
    ///
    /// Later appends fail with [`StoreError::Closed`]. Idempotent. [`StoreError::Unwritten`] when the disk has no
    /// room for what is ordered and gets none within ten seconds.
    fn close(&self) -> Result<(), StoreError>;
}

/// The store as of one timestamp. It never changes, and never blocks a writer.
pub trait Snapshot: Send + Sync + Debug {
    /// What it is as of.
    fn timestamp(&self) -> Timestamp;

    /// The value of `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Payload>, StoreError>;

    /// The pairs in `range`. Lazy: the first ten of a huge range cost ten.
    fn range(&self, range: KeyRange, direction: Direction) -> Pairs<'_>;
}
