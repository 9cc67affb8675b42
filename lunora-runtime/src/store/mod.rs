//! Ordered key-value storage with snapshots, durable commits and a change feed.

mod commit;
mod error;
mod range;
mod timestamp;
mod traits;

pub use self::{
    commit::{Commit, Key, Payload},
    error::StoreError,
    range::{Direction, KeyRange},
    timestamp::Timestamp,
    traits::{Durable, Pairs, Snapshot, Store},
};
