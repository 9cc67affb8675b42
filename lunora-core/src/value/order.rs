//! The total order of values, on which index keys agree byte for byte.

use std::{
    cmp::Ordering,
    hash::{Hash, Hasher},
};

use super::Value;

/// The one bit pattern that stands for every NaN; with its sign clear it sorts after positive infinity.
const CANONICAL_NAN: u64 = 0x7ff8_0000_0000_0000;

/// `number`, with every NaN replaced by the same one.
pub(crate) fn canonical_float(number: f64) -> f64 {
    if number.is_nan() {
        f64::from_bits(CANONICAL_NAN)
    } else {
        number
    }
}

fn compare_floats(left: f64, right: f64) -> Ordering {
    canonical_float(left).total_cmp(&canonical_float(right))
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Int64(_) => 1,
        Value::Float64(_) => 2,
        Value::Bool(_) => 3,
        Value::String(_) => 4,
        Value::Bytes(_) => 5,
        Value::Array(_) => 6,
        Value::Object(_) => 7,
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int64(left), Self::Int64(right)) => left.cmp(right),
            (Self::Float64(left), Self::Float64(right)) => compare_floats(*left, *right),
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::String(left), Self::String(right)) => left.cmp(right),
            (Self::Bytes(left), Self::Bytes(right)) => left.cmp(right),
            (Self::Array(left), Self::Array(right)) => left.cmp(right),
            (Self::Object(left), Self::Object(right)) => left.cmp(right),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        rank(self).hash(state);
        match self {
            Self::Null => {}
            Self::Bool(flag) => flag.hash(state),
            Self::Int64(integer) => integer.hash(state),
            Self::Float64(number) => canonical_float(*number).to_bits().hash(state),
            Self::String(text) => text.hash(state),
            Self::Bytes(bytes) => bytes.hash(state),
            Self::Array(items) => items.hash(state),
            Self::Object(object) => object.hash(state),
        }
    }
}
