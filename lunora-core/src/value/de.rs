//! From a [`Value`] to any deserializable type.

use serde::{
    Deserializer,
    de::{DeserializeOwned, Visitor},
    forward_to_deserialize_any,
};

use super::{
    MAX_SAFE_INTEGER, Object, VALUE_TOKEN, Value, ValueError,
    access::{ObjectAccess, visit_array},
    variant::VariantOf,
};

/// Turns a value into any deserializable type; fields that the type does not know are passed over.
///
/// `i64` and `u64` take a bigint, or a number that is exactly an integer within 2^53 of zero; smaller integers take
/// numbers without a fraction and in range. A missing field and `null` are both `None`.
///
/// ```
/// use lunora_core::{Value, from_value};
///
/// assert_eq!(from_value::<i64>(Value::Float64(5.0))?, 5);
/// assert_eq!(from_value::<String>(Value::Null).unwrap_err().to_string(), "expected string, got null");
/// # Ok::<(), lunora_core::ValueError>(())
/// ```
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, ValueError> {
    from_value_ref(&value)
}

/// [`from_value`] for a value that stays: what the type has no use for is not copied.
pub fn from_value_ref<T: DeserializeOwned>(value: &Value) -> Result<T, ValueError> {
    T::deserialize(ValueDeserializer::new(value))
}

/// [`from_value_ref`] for an object that is not wrapped into a value, such as the fields of a document.
pub fn from_object<T: DeserializeOwned>(object: &Object) -> Result<T, ValueError> {
    T::deserialize(ObjectDeserializer(object))
}

/// Like [`from_value`], but refuses fields that the type does not know: `remote.extra: unknown field`.
///
/// serde buffers `flatten`ed and internally tagged types and hides from us which of their fields it drops.
pub fn from_value_strict<T: DeserializeOwned>(value: Value) -> Result<T, ValueError> {
    T::deserialize(ValueDeserializer::strict(&value))
}

/// A serde deserializer that reads a [`Value`].
#[derive(Debug, Clone, Copy)]
pub struct ValueDeserializer<'v> {
    value: &'v Value,
    strict: bool,
}

impl<'v> ValueDeserializer<'v> {
    /// Reads `value` and passes over unknown fields.
    pub fn new(value: &'v Value) -> Self {
        Self { value, strict: false }
    }

    /// Reads `value` and refuses unknown fields.
    pub fn strict(value: &'v Value) -> Self {
        Self { value, strict: true }
    }

    pub(super) fn with(value: &'v Value, strict: bool) -> Self {
        Self { value, strict }
    }
}

pub(super) fn mismatch(wanted: &str, got: &Value) -> ValueError {
    ValueError::expected(wanted, got.kind_name())
}

/// The integer that a number is, if it is one within 2^53 of zero.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "exact within 2^53, which is checked"
)]
pub(crate) fn safe_integer(number: f64) -> Option<i64> {
    let exact = number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER as f64;
    exact.then_some(number as i64)
}

/// Shows a number to a visitor that takes anything: as an integer where it is one.
///
/// serde reads internally tagged, untagged and flattened types into a buffer first, through `deserialize_any`. From that
/// buffer it makes a float of an integer, and never an integer of a float. What is a plain number comes as JSON has it:
/// without a sign where there is none.
fn visit_number<'de, V: Visitor<'de>>(number: f64, visitor: V) -> Result<V::Value, ValueError> {
    match safe_integer(number) {
        Some(0) if number.is_sign_negative() => visitor.visit_f64(number),
        Some(integer) => match u64::try_from(integer) {
            Ok(natural) => visitor.visit_u64(natural),
            Err(_) => visitor.visit_i64(integer),
        },
        None => visitor.visit_f64(number),
    }
}

/// Shows a bigint to a visitor that takes anything: as no plain number comes, so that a [`Value`] behind serde's buffer
/// knows it again. Below -2^31 there is no such way, and it becomes a plain number there.
fn visit_bigint<'de, V: Visitor<'de>>(integer: i64, visitor: V) -> Result<V::Value, ValueError> {
    match i32::try_from(integer) {
        Ok(small) if small < 0 => visitor.visit_i32(small),
        _ => visitor.visit_i64(integer),
    }
}

/// A 64-bit integer: a bigint, or a number that is one.
fn wide_integer(value: &Value) -> Result<i64, ValueError> {
    match value {
        Value::Int64(integer) => Ok(*integer),
        Value::Float64(number) => safe_integer(*number)
            .ok_or_else(|| ValueError::expected("bigint or integer within 2^53", &number.to_string())),
        other => Err(mismatch("bigint", other)),
    }
}

/// An integer of at most 32 bits: a number without a fraction and in range.
fn narrow_integer<T: TryFrom<i64>>(value: &Value, name: &str) -> Result<T, ValueError> {
    let Value::Float64(number) = value else {
        return Err(mismatch("number", value));
    };
    safe_integer(*number)
        .and_then(|integer| T::try_from(integer).ok())
        .ok_or_else(|| ValueError::expected(&format!("integer that fits {name}"), &number.to_string()))
}

macro_rules! deserialize_narrow {
    ($($method:ident $visit:ident $name:literal),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
            visitor.$visit(narrow_integer(self.value, $name)?)
        }
    )*};
}

macro_rules! deserialize_exact {
    ($($method:ident $kind:ident $borrow:ident $visit:ident $name:literal),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
            match self.value {
                Value::$kind(content) => visitor.$visit(content.$borrow()),
                other => Err(mismatch($name, other)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for ValueDeserializer<'_> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Int64(integer) => visit_bigint(*integer, visitor),
            Value::Float64(number) => visit_number(*number, visitor),
            Value::String(text) => visitor.visit_str(text),
            Value::Bytes(bytes) => visitor.visit_bytes(bytes),
            Value::Array(items) => visit_array(items, self.strict, visitor),
            Value::Object(object) => visitor.visit_map(ObjectAccess::new(object, self.strict)),
        }
    }

    deserialize_narrow!(
        deserialize_i8 visit_i8 "i8",
        deserialize_i16 visit_i16 "i16",
        deserialize_i32 visit_i32 "i32",
        deserialize_u8 visit_u8 "u8",
        deserialize_u16 visit_u16 "u16",
        deserialize_u32 visit_u32 "u32"
    );

    deserialize_exact!(
        deserialize_bool Bool clone visit_bool "boolean",
        deserialize_f32 Float64 clone visit_f64 "number",
        deserialize_f64 Float64 clone visit_f64 "number",
        deserialize_char String as_str visit_str "string",
        deserialize_str String as_str visit_str "string",
        deserialize_string String as_str visit_str "string",
        deserialize_bytes Bytes as_slice visit_bytes "bytes",
        deserialize_byte_buf Bytes as_slice visit_bytes "bytes"
    );

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_i64(wide_integer(self.value)?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        let integer = wide_integer(self.value)?;
        let natural = u64::try_from(integer)
            .map_err(|_| ValueError::expected("integer that is not negative", &integer.to_string()))?;
        visitor.visit_u64(natural)
    }

    fn deserialize_i128<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, ValueError> {
        Err(ValueError::new(
            "128-bit integers have no kind of value; use a string or bytes",
        ))
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.deserialize_i128(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        if self.value.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        if self.value.is_null() {
            visitor.visit_unit()
        } else {
            Err(mismatch("null", self.value))
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        match self.value {
            // A `Value` asks to be handed over unchanged. `deserialize_any` would show large bigints as JSON does plain
            // numbers.
            Value::Int64(integer) if name == VALUE_TOKEN => visitor.visit_i128((*integer).into()),
            Value::Float64(number) if name == VALUE_TOKEN => visitor.visit_f64(*number),
            _ if name == VALUE_TOKEN => self.deserialize_any(visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.value {
            Value::Array(items) => visit_array(items, self.strict, visitor),
            other => Err(mismatch("array", other)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, ValueError> {
        match self.value {
            Value::Array(items) if items.len() != len => Err(ValueError::expected(
                &format!("array of {len} elements"),
                &items.len().to_string(),
            )),
            _ => self.deserialize_seq(visitor),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.value {
            Value::Object(object) => visitor.visit_map(ObjectAccess::new(object, self.strict)),
            other => Err(mismatch("object", other)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_enum(VariantOf::new(self.value, self.strict)?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.deserialize_string(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        if self.strict {
            return Err(ValueError::new("unknown field"));
        }
        visitor.visit_unit()
    }
}

/// Reads an object as the value that holds it would be read.
struct ObjectDeserializer<'v>(&'v Object);

impl<'de> Deserializer<'de> for ObjectDeserializer<'_> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_map(ObjectAccess::new(self.0, false))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_enum(VariantOf::of_object(self.0, false)?)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}
