//! Values to JSON text.

use data_encoding::BASE64;

use super::{Format, is_special_float};
use crate::value::{Object, Value, canonical_float};

/// Appends `value` in the given form.
pub fn write(format: Format, value: &Value, out: &mut Vec<u8>) {
    match format {
        Format::Encoded => write_encoded(value, out),
        Format::Clean => write_clean(value, out),
        Format::Export => write_export(value, out),
    }
}

/// Appends `value` in the lossless form that official clients ask for.
///
/// ```
/// use lunora_core::{Value, json::to_encoded_string};
///
/// assert_eq!(to_encoded_string(&Value::Float64(5.0)), "5.0");
/// assert_eq!(to_encoded_string(&Value::Int64(5)), r#"{"$integer":"BQAAAAAAAAA="}"#);
/// ```
pub fn write_encoded(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Int64(integer) => write_special(b"{\"$integer\":", &integer.to_le_bytes(), out),
        Value::Float64(number) if is_special_float(*number) => {
            write_special(b"{\"$float\":", &canonical_float(*number).to_le_bytes(), out);
        }
        Value::Bytes(bytes) => write_special(b"{\"$bytes\":", bytes, out),
        Value::Array(items) => write_array(items, out, write_encoded),
        Value::Object(object) => write_object(object, out, write_encoded),
        plain => write_plain(plain, out),
    }
}

/// Appends `value` in the form that is easy to read and loses kinds: integers become decimal strings, bytes base64
/// strings, NaN and the infinities their names.
pub fn write_clean(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Int64(integer) => write_json(&integer.to_string(), out),
        Value::Float64(number) if number.is_nan() => write_json("NaN", out),
        Value::Float64(number) if number.is_infinite() => {
            write_json(if *number > 0.0 { "Infinity" } else { "-Infinity" }, out);
        }
        Value::Bytes(bytes) => write_base64(bytes, out),
        Value::Array(items) => write_array(items, out, write_clean),
        Value::Object(object) => write_object(object, out, write_clean),
        plain => write_plain(plain, out),
    }
}

/// Appends `value` in the form of exports: integers are plain digits and numbers have a point, whatever else JSON has no
/// form for is written as in the encoded form.
pub fn write_export(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Int64(integer) => write_json(integer, out),
        Value::Float64(number) if number.is_finite() => write_json(number, out),
        Value::Array(items) => write_array(items, out, write_export),
        Value::Object(object) => write_object(object, out, write_export),
        other => write_encoded(other, out),
    }
}

/// `value` in the lossless form; see [`write_encoded`].
pub fn to_encoded_string(value: &Value) -> String {
    to_string(value, write_encoded)
}

/// `value` in the lossy form; see [`write_clean`].
pub fn to_clean_string(value: &Value) -> String {
    to_string(value, write_clean)
}

/// Appends `text` as a JSON string.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    write_json(text, out);
}

fn to_string(value: &Value, write: fn(&Value, &mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(value, &mut out);
    String::from_utf8(out).expect("strings, base64 and JSON punctuation are UTF-8")
}

/// Appends a value that JSON has a form for. The others never get here; `null` stands for them.
fn write_plain(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Float64(number) => write_json(number, out),
        Value::String(text) => write_json(text, out),
        _ => out.extend_from_slice(b"null"),
    }
}

fn write_array(items: &[Value], out: &mut Vec<u8>, write: fn(&Value, &mut Vec<u8>)) {
    out.push(b'[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

fn write_object(object: &Object, out: &mut Vec<u8>, write: fn(&Value, &mut Vec<u8>)) {
    out.push(b'{');
    for (index, (name, value)) in object.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_json(name, out);
        out.push(b':');
        write(value, out);
    }
    out.push(b'}');
}

fn write_special(start: &[u8], bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(start);
    write_base64(bytes, out);
    out.push(b'}');
}

fn write_base64(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let start = out.len();
    out.resize(start + BASE64.encode_len(bytes.len()), 0);
    BASE64.encode_mut(bytes, &mut out[start..]);
    out.push(b'"');
}

/// Strings with `serde_json`'s escapes; integers as digits; finite floats in their shortest form, always with a point or an exponent.
fn write_json<T: serde::Serialize + ?Sized>(scalar: &T, out: &mut Vec<u8>) {
    serde_json::to_writer(out, scalar).expect("a string or number serializes and memory takes every write");
}
