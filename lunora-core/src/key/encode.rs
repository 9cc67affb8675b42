//! Values to index keys.

use super::tag;
use crate::value::{Object, Value, canonical_float};

/// Appends one part of a key. `None` is a field that is absent; it sorts before null.
///
/// ```
/// use lunora_core::{Value, key::encode_key_part};
///
/// let key = |value: Value| {
///     let mut out = Vec::new();
///     encode_key_part(Some(&value), &mut out);
///     out
/// };
/// assert!(key("a".into()) < key("b".into()));
/// assert!(key(Value::Int64(-1)) < key(Value::Int64(0)));
/// ```
pub fn encode_key_part(value: Option<&Value>, out: &mut Vec<u8>) {
    match value {
        None => out.push(tag::ABSENT),
        Some(Value::Null) => out.push(tag::NULL),
        Some(Value::Bool(false)) => out.push(tag::FALSE),
        Some(Value::Bool(true)) => out.push(tag::TRUE),
        Some(Value::Int64(integer)) => encode_fixed(tag::INT64, integer.cast_unsigned() ^ tag::SIGN, out),
        Some(Value::Float64(number)) => encode_fixed(tag::FLOAT64, ordered_bits(*number), out),
        Some(Value::String(text)) => encode_escaped(tag::STRING, text.as_bytes(), out),
        Some(Value::Bytes(bytes)) => encode_escaped(tag::BYTES, bytes, out),
        Some(Value::Array(items)) => encode_array(items, out),
        Some(Value::Object(object)) => encode_object(object, out),
    }
}

/// The smallest key that is greater than every key starting with `prefix`; `None` when there is none.
pub fn prefix_successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut successor = prefix[..=last].to_vec();
    successor[last] += 1;
    Some(successor)
}

fn encode_fixed(tag: u8, bits: u64, out: &mut Vec<u8>) {
    out.push(tag);
    out.extend_from_slice(&bits.to_be_bytes());
}

/// Bits whose order as an integer is the order of the floats: negative ones reversed, positive ones above them.
fn ordered_bits(number: f64) -> u64 {
    let bits = canonical_float(number).to_bits();
    if bits & tag::SIGN == 0 {
        bits | tag::SIGN
    } else {
        !bits
    }
}

fn encode_escaped(tag: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    for (index, piece) in bytes.split(|byte| *byte == 0).enumerate() {
        if index > 0 {
            out.extend_from_slice(&[0, tag::ESCAPE]);
        }
        out.extend_from_slice(piece);
    }
    out.extend_from_slice(&[0, 0]);
}

fn encode_array(items: &[Value], out: &mut Vec<u8>) {
    out.push(tag::ARRAY);
    for item in items {
        encode_key_part(Some(item), out);
    }
    out.push(tag::END);
}

fn encode_object(object: &Object, out: &mut Vec<u8>) {
    out.push(tag::OBJECT);
    for (name, value) in object {
        encode_escaped(tag::FIELD, name.as_bytes(), out);
        encode_key_part(Some(value), out);
    }
    out.push(tag::END);
}
