//! Documents to bytes.

use super::{VERSION, kind};
use crate::value::{Object, Value, safe_integer};

/// Appends the stored form of a document.
///
/// ```
/// use lunora_core::{Object, document::{decode_object, encode_object}};
///
/// let document = Object::from_iter([("body", "hello")]);
/// let mut bytes = Vec::new();
/// encode_object(&document, &mut bytes);
/// assert_eq!(decode_object(&bytes)?, document);
/// # Ok::<(), lunora_core::document::EncodingError>(())
/// ```
pub fn encode_object(object: &Object, out: &mut Vec<u8>) {
    out.push(VERSION);
    encode_fields(object, out);
}

fn encode_fields(object: &Object, out: &mut Vec<u8>) {
    encode_len(object.len(), out);
    for (name, value) in object {
        encode_bytes(name.as_bytes(), out);
        encode_value(value, out);
    }
}

fn encode_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(kind::NULL),
        Value::Bool(false) => out.push(kind::FALSE),
        Value::Bool(true) => out.push(kind::TRUE),
        Value::Int64(integer) => {
            out.push(kind::INT64);
            encode_varint(zigzag(*integer), out);
        }
        Value::Float64(number) => encode_float(*number, out),
        Value::String(text) => {
            out.push(kind::STRING);
            encode_bytes(text.as_bytes(), out);
        }
        Value::Bytes(bytes) => {
            out.push(kind::BYTES);
            encode_bytes(bytes, out);
        }
        Value::Array(items) => {
            out.push(kind::ARRAY);
            encode_len(items.len(), out);
            for item in items {
                encode_value(item, out);
            }
        }
        Value::Object(object) => {
            out.push(kind::OBJECT);
            encode_fields(object, out);
        }
    }
}

fn encode_float(number: f64, out: &mut Vec<u8>) {
    let negative_zero = number == 0.0 && number.is_sign_negative();
    if let Some(integer) = safe_integer(number).filter(|_| !negative_zero) {
        out.push(kind::WHOLE_FLOAT64);
        encode_varint(zigzag(integer), out);
    } else {
        out.push(kind::FLOAT64);
        out.extend_from_slice(&number.to_le_bytes());
    }
}

fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    encode_len(bytes.len(), out);
    out.extend_from_slice(bytes);
}

fn encode_len(len: usize, out: &mut Vec<u8>) {
    encode_varint(len as u64, out);
}

/// Small numbers of either sign become small unsigned ones.
fn zigzag(integer: i64) -> u64 {
    ((integer << 1) ^ (integer >> 63)).cast_unsigned()
}

fn encode_varint(mut rest: u64, out: &mut Vec<u8>) {
    while rest >= 0x80 {
        out.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    out.push(rest.to_le_bytes()[0]);
}
