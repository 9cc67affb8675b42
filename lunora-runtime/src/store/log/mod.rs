//! The commit log: the truth about what was committed.
//!
//! Segments of a fixed size are zeroed or recycled ahead of need, so that a sync has only data to write and a
//! commit is refused before it is ordered when the disk is full. Records form a chain: each names the commit
//! before it, and what was durable when it was written. That tells a torn tail (never acknowledged) from
//! damage (acknowledged and lost).

mod files;
mod queue;
mod record;
mod recover;
mod segment;
mod space;
mod waiters;
mod writer;

#[cfg(test)]
pub(super) use files::LogFile;
pub(super) use files::{Disk, Files};
pub(super) use record::Record;
pub(super) use recover::recover;
pub(super) use waiters::Waiters;
pub(super) use writer::Log;
