//! The values that JSON has no form for, written as an object with one `$` key.

use data_encoding::BASE64;

use crate::value::{Value, check_field_name};

/// Whether a float cannot be written as a JSON number, or not so that every client reads it back.
pub(crate) fn is_special_float(number: f64) -> bool {
    !number.is_finite() || (number == 0.0 && number.is_sign_negative())
}

/// Reads the only field of an object whose name starts with `$`.
pub(crate) fn decode_special(tag: &str, payload: &Value) -> Result<Value, String> {
    match tag {
        "$integer" => Ok(Value::Int64(i64::from_le_bytes(eight_bytes(tag, payload)?))),
        "$float" => special_float(f64::from_le_bytes(eight_bytes(tag, payload)?)),
        "$bytes" => Ok(Value::Bytes(decode_base64(tag, payload)?)),
        other => Err(refusal(other)),
    }
}

/// Whether an object may have this as its only field although it starts with `$`.
pub(super) fn is_special_tag(tag: &str) -> bool {
    matches!(tag, "$integer" | "$float" | "$bytes")
}

/// Why this field name, which starts with `$`, is refused.
pub(super) fn refusal(tag: &str) -> String {
    match tag {
        "$set" | "$map" => format!("`{tag}` is a retired kind of value; use an array"),
        "$commitTs" | "$undefined" => format!("`{tag}` is internal and cannot be sent"),
        "$integer" | "$float" | "$bytes" => format!("`{tag}` has to be the only field of its object"),
        other => check_field_name(other)
            .err()
            .map_or_else(String::new, |error| error.to_string()),
    }
}

fn special_float(number: f64) -> Result<Value, String> {
    if is_special_float(number) {
        Ok(Value::Float64(number))
    } else {
        Err(format!(
            "`$float` holds {number:?}, which has to be a plain JSON number"
        ))
    }
}

fn eight_bytes(tag: &str, payload: &Value) -> Result<[u8; 8], String> {
    let bytes = decode_base64(tag, payload)?;
    bytes
        .try_into()
        .map_err(|bytes: Vec<u8>| format!("`{tag}` needs 8 bytes, got {}", bytes.len()))
}

fn decode_base64(tag: &str, payload: &Value) -> Result<Vec<u8>, String> {
    let Value::String(text) = payload else {
        return Err(format!(
            "`{tag}` needs a base64 string, got {}",
            payload.kind_name()
        ));
    };
    BASE64
        .decode(text.as_bytes())
        .map_err(|error| format!("`{tag}` is not standard base64: {error}"))
}
