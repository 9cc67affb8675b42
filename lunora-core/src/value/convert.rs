//! Conversions from Rust's own types, and looks inside a value.

use super::{Bytes, Object, Value};

impl Value {
    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self {
            Some(*flag)
        } else {
            None
        }
    }

    /// The integer, if this is an `Int64`.
    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Int64(integer) = self {
            Some(*integer)
        } else {
            None
        }
    }

    /// The number, if this is a `Float64`.
    pub fn as_f64(&self) -> Option<f64> {
        if let Self::Float64(number) = self {
            Some(*number)
        } else {
            None
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The bytes, if this is bytes.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self {
            Some(bytes)
        } else {
            None
        }
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        if let Self::Array(items) = self {
            Some(items)
        } else {
            None
        }
    }

    /// The object, if this is one.
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self {
            Some(object)
        } else {
            None
        }
    }

    /// The object itself, or this value back when it is something else.
    pub fn into_object(self) -> Result<Object, Self> {
        if let Self::Object(object) = self {
            Ok(object)
        } else {
            Err(self)
        }
    }

    /// The elements themselves, or this value back when it is something else.
    pub fn into_array(self) -> Result<Vec<Value>, Self> {
        if let Self::Array(items) = self {
            Ok(items)
        } else {
            Err(self)
        }
    }

    /// The text itself, or this value back when it is something else.
    pub fn into_string(self) -> Result<String, Self> {
        if let Self::String(text) = self {
            Ok(text)
        } else {
            Err(self)
        }
    }
}

impl From<()> for Value {
    fn from((): ()) -> Self {
        Self::Null
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Int64(integer)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<Bytes> for Value {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes.0)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! from_number {
    ($($number:ty),*) => {$(
        impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self::Float64(number.into())
            }
        }
    )*};
}

// The same mapping as serde's: what a double holds exactly travels as a plain number.
from_number!(f64, f32, i32, u32, i16, u16, i8, u8);
