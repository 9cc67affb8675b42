//! JSON text to values, in one pass and without an intermediate tree.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

use super::{
    DecodeError, arbitrary, decode_special,
    special::{is_special_tag, refusal},
};
use crate::value::{
    FieldName, MAX_ARRAY_LEN, MAX_NESTING, MAX_OBJECT_LEN, Object, Path, VALUE_TOKEN, Value, check_field_name,
};

/// Reads a value from its encoded JSON form.
///
/// ```
/// use lunora_core::{Value, json::parse};
///
/// assert_eq!(parse(br#"{"$integer":"BQAAAAAAAAA="}"#)?, Value::Int64(5));
/// assert_eq!(parse(b"5")?, Value::Float64(5.0));
/// # Ok::<(), lunora_core::json::DecodeError>(())
/// ```
pub fn parse(text: &[u8]) -> Result<Value, DecodeError> {
    parse_named(text, "")
}

/// Like [`parse`]; errors call the whole value `name`, as in `args.remote[3].x: ...`.
pub fn parse_named(text: &[u8], name: &str) -> Result<Value, DecodeError> {
    parse_as(ValueSeed::new(name), text)
}

/// Reads the arguments of a call; see [`ValueSeed::arguments`].
pub fn parse_arguments(text: &[u8]) -> Result<Value, DecodeError> {
    parse_as(ValueSeed::arguments(), text)
}

fn parse_as(seed: ValueSeed<'_>, text: &[u8]) -> Result<Value, DecodeError> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads a value wherever it stands in a larger message; `map.next_value_seed(ValueSeed::new("args"))`.
#[derive(Debug, Clone, Copy)]
pub struct ValueSeed<'p> {
    path: Path<'p>,
    /// How many arrays and objects are around this value.
    depth: usize,
    /// Whether this is what the arguments stand in: an array there is no level of theirs.
    holds_arguments: bool,
}

impl<'p> ValueSeed<'p> {
    /// Reads a value that errors call `name`.
    pub fn new(name: &'p str) -> Self {
        Self {
            path: Path::Root(name),
            depth: 0,
            holds_arguments: false,
        }
    }

    /// Reads the arguments of a call, `args`: one object, or an array that holds it. In either wording they may nest as
    /// deep.
    pub fn arguments() -> Self {
        Self {
            holds_arguments: true,
            ..Self::new("args")
        }
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        // Our own deserializer knows this name and hands over integers as integers; JSON's goes on at
        // `visit_newtype_struct`.
        deserializer.deserialize_newtype_struct(
            VALUE_TOKEN,
            ValueVisitor {
                place: self,
                from_wire: false,
            },
        )
    }
}

#[derive(Clone, Copy)]
struct ValueVisitor<'p> {
    place: ValueSeed<'p>,
    /// Whether this comes from JSON, where the limits on what clients send apply.
    from_wire: bool,
}

impl ValueVisitor<'_> {
    fn error<E: de::Error>(&self, message: &dyn fmt::Display) -> E {
        E::custom(self.place.path.describe(message))
    }

    /// Whether an array or object may stand here.
    fn check_nesting<E: de::Error>(&self) -> Result<(), E> {
        self.check_depth(MAX_NESTING - 1)
    }

    fn check_depth<E: de::Error>(&self, max: usize) -> Result<(), E> {
        if self.place.depth > max {
            return Err(self.error(&format_args!("nested deeper than {MAX_NESTING} levels")));
        }
        Ok(())
    }

    fn check_len<E: de::Error>(&self, kind: &str, len: usize, max: usize) -> Result<(), E> {
        if self.from_wire && len > max {
            return Err(self.error(&format_args!("more than {max} {kind}")));
        }
        Ok(())
    }

    fn field<'c>(&'c self, name: &'c str) -> ValueSeed<'c> {
        ValueSeed {
            path: Path::Field(&self.place.path, name),
            depth: self.place.depth + 1,
            holds_arguments: false,
        }
    }

    fn element(&self, index: usize) -> ValueSeed<'_> {
        ValueSeed {
            path: Path::Index(&self.place.path, index),
            depth: self.place.depth + usize::from(!self.place.holds_arguments),
            holds_arguments: false,
        }
    }

    /// The rest of an object whose first field is `tag`, which starts with `$`.
    fn special<'de, A: MapAccess<'de>>(&self, tag: &str, mut fields: A) -> Result<Value, A::Error> {
        // What it stands for is a scalar, which may be in the innermost array or object.
        self.check_depth(MAX_NESTING)?;
        if arbitrary::is_number(tag) {
            let digits = fields.next_value_seed(self.field(tag))?;
            return arbitrary::decode_number(&digits).map_err(|message| self.error(&message));
        }
        if !is_special_tag(tag) {
            return Err(self.error(&refusal(tag)));
        }
        let mut payload = fields.next_value_seed(self.field(tag))?;
        while let Some(name) = fields.next_key::<FieldName>()? {
            if name != tag {
                return Err(self.error(&refusal(tag)));
            }
            payload = fields.next_value_seed(self.field(tag))?;
        }
        decode_special(tag, &payload).map_err(|message| self.error(&message))
    }

    fn checked_name<E: de::Error>(&self, name: &str) -> Result<(), E> {
        if name.starts_with('$') {
            return Err(self.error(&refusal(name)));
        }
        check_field_name(name).map_err(|error| self.error(&error))
    }

    /// Drops repeated names before they can pile up, and refuses too many fields.
    fn compact<E: de::Error>(&self, entries: Vec<(FieldName, Value)>) -> Result<Object, E> {
        let object = Object::from_entries(entries);
        self.check_len("fields in an object", object.len(), MAX_OBJECT_LEN)?;
        Ok(object)
    }
}

impl<'de> Visitor<'de> for ValueVisitor<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(Self {
            from_wire: true,
            ..self
        })
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    // JSON does not know it. Our own deserializer shows so a negative `Int64`, which serde has had in a buffer.
    fn visit_i32<E: de::Error>(self, integer: i32) -> Result<Value, E> {
        Ok(Value::Int64(integer.into()))
    }

    // A plain JSON number is a double, with or without a point, and comes here if it is negative. An `Int64` of our own
    // deserializer, which serde has had in a buffer, is not.
    #[expect(
        clippy::cast_precision_loss,
        reason = "JSON numbers are doubles; rounding is what every client does"
    )]
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        if number < 0 {
            return Ok(Value::Float64(number as f64));
        }
        Ok(Value::Int64(number))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "JSON numbers are doubles; rounding is what every client does"
    )]
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Float64(number as f64))
    }

    // Only our own deserializer calls this, for an `Int64` that is to stay one.
    fn visit_i128<E: de::Error>(self, integer: i128) -> Result<Value, E> {
        i64::try_from(integer)
            .map(Value::Int64)
            .map_err(|_| self.error(&"integer beyond 64 bits"))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float64(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Value, E> {
        Ok(Value::Bytes(bytes.to_vec()))
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Value, E> {
        Ok(Value::Bytes(bytes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        self.check_nesting()?;
        let mut items = Vec::new();
        while let Some(item) = elements.next_element_seed(self.element(items.len()))? {
            items.push(item);
            self.check_len("elements in an array", items.len(), MAX_ARRAY_LEN)?;
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut next = fields.next_key::<FieldName>()?;
        if let Some(tag) = next.as_deref().filter(|name| name.starts_with('$')) {
            return self.special(tag, fields);
        }
        self.check_nesting()?;
        let mut entries = Vec::new();
        while let Some(name) = next {
            self.checked_name(&name)?;
            let value = fields.next_value_seed(self.field(&name))?;
            entries.push((name, value));
            if entries.len() == 2 * MAX_OBJECT_LEN {
                entries = self.compact(entries)?.into_entries();
            }
            next = fields.next_key()?;
        }
        Ok(Value::Object(self.compact(entries)?))
    }
}
