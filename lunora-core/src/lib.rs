//! Values, shapes, ids, references, errors and protocol messages of Lunora: no I/O.

pub mod arguments;
mod base32;
pub mod error;
pub mod id;
pub mod identity;
pub mod limits;
pub mod path;
pub mod reference;
pub mod shape;
pub mod table;
pub mod time;
