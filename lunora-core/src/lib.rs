//! Values, shapes, ids, references, errors and protocol messages of Lunora: no I/O.

pub mod arguments;
mod base32;
pub mod choice;
pub mod document;
pub mod error;
pub mod fields;
pub mod id;
pub mod identity;
pub mod job;
pub mod json;
pub mod key;
pub mod limits;
pub mod number;
pub mod pagination;
pub mod path;
pub mod protocol;
pub mod reference;
pub mod shape;
pub mod table;
pub mod time;
pub mod value;

pub use value::{Bytes, Object, Value, ValueError, from_value, from_value_strict, to_value};
