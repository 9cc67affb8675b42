//! Opening a log: what it holds after the checkpoint is replayed, and its end is found.
//!
//! The end is where the chain of records stops. Behind it there may be parts of a write that a crash cut
//! short; nobody was told that those are on disk, and they are cleared. But each record says what was durable
//! when it was written. If any record behind the end says that more was durable than what was found,
//! acknowledged commits are missing: that is damage, and the store does not open.
//!
//! What is found counts as on disk from then on, so it has to be. A process that was killed may have left records, and
//! names of files, that only the memory of the system has: names are synced, and the group of records that nothing says
//! was synced is written once more.

mod chain;
mod found;
mod found_segment;
mod listing;
mod loaded;
mod opening;

pub(crate) use opening::recover;
