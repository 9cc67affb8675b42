//! `serde_json` with its feature `arbitrary_precision`, which any crate of an application may turn on for all.
//!
//! It then hands over numbers with a point or an exponent as a map with one secret field that holds the digits. Without
//! this file they would be refused as objects with a `$` field. The tests run with
//! `--features serde_json/arbitrary_precision` as well.

use std::{fmt, sync::LazyLock};

use serde::{
    Deserializer,
    de::{self, MapAccess, Visitor},
};

use crate::value::Value;

const NUMBER_TOKEN: &str = "$serde_json::private::Number";

static ENABLED: LazyLock<bool> = LazyLock::new(|| {
    let mut deserializer = serde_json::Deserializer::from_str("0.5");
    deserializer.deserialize_any(IsMap).unwrap_or(false)
});

/// Whether an object whose first field has this name is a number.
pub(super) fn is_number(name: &str) -> bool {
    name == NUMBER_TOKEN && *ENABLED
}

/// The number with these digits.
pub(super) fn decode_number(digits: &Value) -> Result<Value, String> {
    digits
        .as_str()
        .and_then(|digits| digits.parse().ok())
        .filter(|number: &f64| number.is_finite())
        .map(Value::Float64)
        .ok_or_else(|| "number out of range".to_owned())
}

/// Tells whether a number with a point arrives as a map.
struct IsMap;

impl<'de> Visitor<'de> for IsMap {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number")
    }

    fn visit_f64<E: de::Error>(self, _number: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<bool, A::Error> {
        fields.next_entry::<String, String>().map(|entry| entry.is_some())
    }
}
