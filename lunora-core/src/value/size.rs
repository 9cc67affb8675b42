//! How large a value counts against limits (the protocol of the Convex clients, "Size accounting").

use super::{Object, Value};

impl Value {
    /// The size of this value in bytes, as limits count it.
    pub fn size(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) => 1,
            Self::Int64(_) | Self::Float64(_) => 9,
            Self::String(text) => 2 + text.len(),
            Self::Bytes(bytes) => 2 + bytes.len(),
            Self::Array(items) => 2 + items.iter().map(Self::size).sum::<usize>(),
            Self::Object(object) => object.size(),
        }
    }
}

impl Object {
    /// The size of this object in bytes, as limits count it.
    pub fn size(&self) -> usize {
        2 + self
            .iter()
            .map(|(name, value)| name.len() + 1 + value.size())
            .sum::<usize>()
    }
}
