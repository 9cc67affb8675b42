//! Ordered key-value storage with snapshots, durable commits and a change feed: the only room that knows an
//! engine.
//!
//! A commit is ordered in memory, where the next transaction sees it at once, and queued for the commit log,
//! whose one thread writes and syncs everything queued in one go. What is newer than the last checkpoint is
//! read from an ordered overlay in memory, the rest from an embedded engine, into which a full layer of the
//! overlay is written in the background. A start opens the engine at its checkpoint and replays the log after
//! it.
//!
//! [`Store`] and [`Snapshot`] are all that the rooms above see; [`Embedded`] keeps its data in a directory,
//! [`Memory`] is the same without a disk.

mod blob;
mod checkpoint;
mod commit;
mod delegate;
mod directories;
mod embedded;
mod engine;
mod error;
mod foreign;
mod health;
mod horizon;
mod lock;
mod log;
mod memory;
mod options;
mod overlay;
mod range;
mod recent;
mod replacement;
mod state;
#[cfg(test)]
mod tests;
mod threads;
mod timestamp;
mod traits;

#[cfg(test)]
pub(crate) use self::tests::{Breaks, Mishaps, SimulatedDisk, copy_dir, memory_that_fails};
pub use blob::Blob;
pub use commit::{Changes, Commit, Key, Payload};
pub(crate) use delegate::delegate;
pub(crate) use directories::make_private_dirs;
pub use embedded::{Embedded, Recovery};
pub use error::StoreError;
pub(crate) use error::advice;
pub(crate) use foreign::refuse_foreign;
pub use memory::Memory;
pub use options::Options;
pub use range::{Direction, KeyRange};
pub use replacement::Replacement;
pub use timestamp::Timestamp;
pub use traits::{Durable, OnFailure, Pairs, Snapshot, Store};
