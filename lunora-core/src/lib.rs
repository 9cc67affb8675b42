//! Values, shapes, ids, references, errors and protocol messages of Lunora: no I/O.

pub mod document;
pub mod json;
pub mod key;
pub mod number;
pub mod value;

pub use value::{Bytes, Object, Value, ValueError, from_value, from_value_strict, to_value};
