//! Index keys back to values.

use super::tag;
use crate::value::{Object, Value};

/// Deeper than any value that functions can make; it only guards the stack against foreign bytes.
const MAX_DEPTH: usize = 256;

/// Bytes that are not the key of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes end within a part.
    #[error("the key ends in the middle of a part")]
    Truncated,
    /// A part starts with a byte that no part starts with.
    #[error("no part of a key starts with byte {0:#04x}")]
    UnknownTag(u8),
    /// A zero byte is followed by something other than its escape or the end.
    #[error("a zero byte in a key is followed by byte {0:#04x}")]
    BadEscape(u8),
    /// A string is not UTF-8.
    #[error("a string in a key is not UTF-8")]
    NotUtf8,
    /// Arrays and objects nest too deeply.
    #[error("a key nests deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

/// Reads the first part of a key and returns it with the rest. `None` is a field that is absent.
pub fn decode_key_part(key: &[u8]) -> Result<(Option<Value>, &[u8]), KeyError> {
    match key.split_first() {
        Some((&tag::ABSENT, rest)) => Ok((None, rest)),
        _ => decode_value(key, 0).map(|(value, rest)| (Some(value), rest)),
    }
}

type Decoded<'k, T> = Result<(T, &'k [u8]), KeyError>;

fn decode_value(key: &[u8], depth: usize) -> Decoded<'_, Value> {
    let (&first, rest) = key.split_first().ok_or(KeyError::Truncated)?;
    match first {
        tag::NULL => Ok((Value::Null, rest)),
        tag::FALSE => Ok((Value::Bool(false), rest)),
        tag::TRUE => Ok((Value::Bool(true), rest)),
        tag::INT64 => fixed(rest).map(|(bits, rest)| (Value::Int64((bits ^ tag::SIGN).cast_signed()), rest)),
        tag::FLOAT64 => fixed(rest).map(|(bits, rest)| (Value::Float64(from_ordered_bits(bits)), rest)),
        tag::STRING => text(rest).map(|(text, rest)| (Value::String(text), rest)),
        tag::BYTES => escaped(rest).map(|(bytes, rest)| (Value::Bytes(bytes), rest)),
        tag::ARRAY | tag::OBJECT if depth >= MAX_DEPTH => Err(KeyError::TooDeep),
        tag::ARRAY => array(rest, depth + 1),
        tag::OBJECT => object(rest, depth + 1),
        other => Err(KeyError::UnknownTag(other)),
    }
}

fn fixed(key: &[u8]) -> Decoded<'_, u64> {
    let (bytes, rest) = key.split_first_chunk().ok_or(KeyError::Truncated)?;
    Ok((u64::from_be_bytes(*bytes), rest))
}

fn from_ordered_bits(bits: u64) -> f64 {
    f64::from_bits(if bits & tag::SIGN == 0 {
        !bits
    } else {
        bits ^ tag::SIGN
    })
}

fn escaped(mut key: &[u8]) -> Decoded<'_, Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let zero = key
            .iter()
            .position(|byte| *byte == 0)
            .ok_or(KeyError::Truncated)?;
        bytes.extend_from_slice(&key[..zero]);
        let (&after, rest) = key[zero + 1..].split_first().ok_or(KeyError::Truncated)?;
        key = rest;
        match after {
            0 => return Ok((bytes, key)),
            tag::ESCAPE => bytes.push(0),
            other => return Err(KeyError::BadEscape(other)),
        }
    }
}

fn text(key: &[u8]) -> Decoded<'_, String> {
    let (bytes, rest) = escaped(key)?;
    Ok((String::from_utf8(bytes).map_err(|_| KeyError::NotUtf8)?, rest))
}

fn array(mut key: &[u8], depth: usize) -> Decoded<'_, Value> {
    let mut items = Vec::new();
    loop {
        if let Some((&tag::END, rest)) = key.split_first() {
            return Ok((Value::Array(items), rest));
        }
        let (item, rest) = decode_value(key, depth)?;
        items.push(item);
        key = rest;
    }
}

fn object(mut key: &[u8], depth: usize) -> Decoded<'_, Value> {
    let mut entries = Vec::new();
    loop {
        match key.split_first().ok_or(KeyError::Truncated)? {
            (&tag::END, rest) => return Ok((Value::Object(Object::from_entries(entries)), rest)),
            (&tag::FIELD, rest) => {
                let (name, rest) = text(rest)?;
                let (value, rest) = decode_value(rest, depth)?;
                entries.push((name.into(), value));
                key = rest;
            }
            (&other, _) => return Err(KeyError::UnknownTag(other)),
        }
    }
}
