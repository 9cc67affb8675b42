//! A guest book.

pub mod entries;
pub mod schema;

lunora::app! {
    schema::Entry,
    entries::{list, sign, remove},
}
