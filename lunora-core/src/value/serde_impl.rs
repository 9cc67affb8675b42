//! `Value` and `Object` as serde types. In JSON they take the encoded form of the protocol; between a Rust type that
//! contains them and a `Value` they pass unchanged.

use data_encoding::BASE64;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::Error as _,
    ser::{SerializeMap, SerializeStruct},
};

use super::{Object, Value, canonical_float};
use crate::json::ValueSeed;

/// The name under which a `Value` announces itself, so that our own (de)serializers let it pass unchanged.
pub(crate) const VALUE_TOKEN: &str = "$lunora::Value";

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Int64(integer) => special(serializer, "$integer", &integer.to_le_bytes()),
            Self::Float64(number) if crate::json::is_special_float(*number) => {
                special(serializer, "$float", &canonical_float(*number).to_le_bytes())
            }
            Self::Float64(number) => serializer.serialize_f64(*number),
            Self::String(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => special(serializer, "$bytes", bytes),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

fn special<S: Serializer>(serializer: S, tag: &'static str, bytes: &[u8]) -> Result<S::Ok, S::Error> {
    let mut fields = serializer.serialize_struct(VALUE_TOKEN, 1)?;
    fields.serialize_field(tag, &BASE64.encode(bytes))?;
    fields.end()
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self {
            fields.serialize_entry(name, value)?;
        }
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::DeserializeSeed;
        ValueSeed::new("").deserialize(deserializer)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer)?
            .into_object()
            .map_err(|value| D::Error::custom(format_args!("expected object, got {}", value.kind_name())))
    }
}
