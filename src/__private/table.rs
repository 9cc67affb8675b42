//! A table has to be listed, as a function has to be.

use lunora_core::reference::Listed;

/// What `#[table]` implements for its entry, so that a table that is not listed is an error on its name.
pub trait ListedTable {
    /// The entry itself.
    type Place: Listed;
}
