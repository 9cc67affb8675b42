//! Results of queries that are known: the query cache.
//!
//! A result is known by what it follows from: the function, its arguments, the class of the caller, and the identity
//! if the run looked at it ([`QueryKey`], [`Audience`]). It is valid exactly as long as no commit has written
//! anything that the run read. Commits are matched in order, and a look-up first matches all that are on disk: what it
//! then finds is what a run at the newest durable commit would give. So a query that starts after a mutation was
//! acknowledged never gets a result from before it.
//!
//! A run that looked at the time or drew random numbers is not kept, nor is one that failed.

mod cache;
mod entries;
mod kept;
mod key;
mod outcome;
mod seen;
#[cfg(test)]
mod tests;

pub use self::outcome::{QueryOutcome, Returned, SharedValue};
pub(super) use self::{
    cache::{EntryId, Finished, Results},
    entries::{SMALL_READ_SET, Watched},
    key::{Audience, CallerClass, QueryKey, UserKey},
    outcome::{Fingerprint, heap_bytes_of_fields},
};
