//! The values that functions take, return and store, and their bridge to serde.
//!
//! [`Value`] is the whole data model. [`to_value`] and [`from_value`] connect it to any type with serde's traits; the
//! JSON that travels is the business of [`crate::json`], the bytes that are stored that of [`crate::document`] and
//! [`crate::key`].

mod access;
mod bytes;
mod compound;
mod convert;
mod de;
mod error;
mod field_name;
mod object;
mod order;
mod path;
mod ser;
mod serde_impl;
mod size;
mod variant;

pub use bytes::Bytes;
pub use compound::{MapSerializer, SeqSerializer, StructSerializer};
pub use de::{ValueDeserializer, from_object, from_value, from_value_ref, from_value_strict};
pub use error::ValueError;
pub use field_name::{FieldNameError, check_field_name};
pub use object::Object;
pub use ser::{ValueSerializer, field_with, to_field, to_value};

pub(crate) use de::safe_integer;
pub(crate) use object::FieldName;
pub(crate) use order::canonical_float;
pub(crate) use path::Path;
pub(crate) use serde_impl::VALUE_TOKEN;

/// How deep arrays and objects may nest; a scalar does not count.
pub const MAX_NESTING: usize = 64;
/// How many elements an array that arrives over the network may have.
pub const MAX_ARRAY_LEN: usize = 8192;
/// How many fields an object that arrives over the network may have.
pub const MAX_OBJECT_LEN: usize = 1024;
/// The largest distance from zero at which every integer is exactly a `f64`: 2^53.
pub const MAX_SAFE_INTEGER: i64 = 1 << 53;

/// A value: what a function's arguments, results and documents are made of.
///
/// Equality and order are total: `null < int64 < float64 < bool < string < bytes < array < object`, strings by their
/// UTF-8 bytes, `-0.0 < 0.0`, and all NaNs are one value that sorts after positive infinity.
///
/// ```
/// use lunora_core::Value;
///
/// assert!(Value::Int64(7) < Value::Float64(1.0));
/// assert_eq!(Value::Float64(f64::NAN), Value::Float64(-f64::NAN));
/// ```
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// JSON's `null`, Rust's `()` and `None`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A 64-bit integer, a `bigint` in JavaScript.
    Int64(i64),
    /// A double, JavaScript's `number`.
    Float64(f64),
    /// A UTF-8 string.
    String(String),
    /// Raw bytes, an `ArrayBuffer` in JavaScript.
    Bytes(Vec<u8>),
    /// A list of values.
    Array(Vec<Value>),
    /// Named values, sorted by name.
    Object(Object),
}

impl Value {
    /// The name of this value's kind as error messages give it, for example `"number"` for a `Float64`.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Int64(_) => "bigint",
            Self::Float64(_) => "number",
            Self::String(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }
}
