//! From any serializable type to a [`Value`].

use std::cell::Cell;

use serde::{Serialize, Serializer};

use super::{
    MAX_NESTING, MapSerializer, Object, SeqSerializer, StructSerializer, VALUE_TOKEN, Value, ValueError,
    check_field_name,
};

/// Turns anything serializable into a value.
///
/// `i64`, `u64` and `isize`, `usize` become [`Value::Int64`], smaller integers and floats [`Value::Float64`]. Fields
/// that are `None` are left out of their object. Enums are a string, or an object with the variant's name as its only
/// field. Map keys have to be strings that can name a field.
///
/// ```
/// use lunora_core::{Value, to_value};
///
/// assert_eq!(to_value(&5_i64)?, Value::Int64(5));
/// assert_eq!(to_value(&5_i32)?, Value::Float64(5.0));
/// # Ok::<(), lunora_core::ValueError>(())
/// ```
pub fn to_value<T: Serialize + ?Sized>(from: &T) -> Result<Value, ValueError> {
    from.serialize(ValueSerializer::new())
}

/// Turns a field into a value; `None` when the field is an option without a value, which objects leave out.
///
/// Null is a value like any other here: a field of type [`Value`] may hold it.
pub fn to_field<T: Serialize + ?Sized>(from: &T) -> Result<Option<Value>, ValueError> {
    field_with(|serializer| from.serialize(serializer))
}

/// The same for a field that is written by a function, as `#[serde(with = "..")]` has it.
pub fn field_with(
    write: impl FnOnce(ValueSerializer<'_>) -> Result<Value, ValueError>,
) -> Result<Option<Value>, ValueError> {
    let absent = Cell::new(false);
    let value = write(ValueSerializer::for_field(0, &absent))?;
    Ok((!absent.get()).then_some(value))
}

/// A serde serializer whose output is a [`Value`].
#[derive(Debug, Clone, Copy, Default)]
pub struct ValueSerializer<'a> {
    /// How many arrays and objects are around this value.
    pub(super) depth: usize,
    /// Where a struct field that turns out to be `None` is noted.
    absent: Option<&'a Cell<bool>>,
}

impl<'a> ValueSerializer<'a> {
    /// A serializer for a whole value.
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn nested(depth: usize) -> Self {
        Self { depth, absent: None }
    }

    pub(super) fn for_field(depth: usize, absent: &'a Cell<bool>) -> Self {
        Self {
            depth,
            absent: Some(absent),
        }
    }

    /// The depth of what an array or object at this place contains.
    fn enter(self) -> Result<usize, ValueError> {
        if self.depth >= MAX_NESTING {
            return Err(ValueError::new(format!(
                "nested deeper than {MAX_NESTING} levels"
            )));
        }
        Ok(self.depth + 1)
    }

    /// The depth of what the content of an enum's variant contains: the object around the content counts as well.
    fn enter_variant(self, variant: &str) -> Result<usize, ValueError> {
        check_field_name(variant).map_err(|error| ValueError::new(error.to_string()))?;
        Self::nested(self.enter()?).enter()
    }
}

fn number(number: impl Into<f64>) -> Value {
    Value::Float64(number.into())
}

impl Serializer for ValueSerializer<'_> {
    type Ok = Value;
    type Error = ValueError;
    type SerializeSeq = SeqSerializer;
    type SerializeTuple = SeqSerializer;
    type SerializeTupleStruct = SeqSerializer;
    type SerializeTupleVariant = SeqSerializer;
    type SerializeMap = MapSerializer;
    type SerializeStruct = StructSerializer;
    type SerializeStructVariant = StructSerializer;

    fn serialize_bool(self, flag: bool) -> Result<Value, ValueError> {
        Ok(Value::Bool(flag))
    }

    fn serialize_i8(self, integer: i8) -> Result<Value, ValueError> {
        Ok(number(integer))
    }

    fn serialize_i16(self, integer: i16) -> Result<Value, ValueError> {
        Ok(number(integer))
    }

    fn serialize_i32(self, integer: i32) -> Result<Value, ValueError> {
        Ok(number(integer))
    }

    fn serialize_i64(self, integer: i64) -> Result<Value, ValueError> {
        Ok(Value::Int64(integer))
    }

    fn serialize_i128(self, _integer: i128) -> Result<Value, ValueError> {
        Err(ValueError::new(
            "128-bit integers have no kind of value; use a string or bytes",
        ))
    }

    fn serialize_u8(self, integer: u8) -> Result<Value, ValueError> {
        Ok(number(integer))
    }

    fn serialize_u16(self, integer: u16) -> Result<Value, ValueError> {
        Ok(number(integer))
    }

    fn serialize_u32(self, integer: u32) -> Result<Value, ValueError> {
        Ok(number(integer))
    }

    fn serialize_u64(self, integer: u64) -> Result<Value, ValueError> {
        i64::try_from(integer)
            .map(Value::Int64)
            .map_err(|_| ValueError::new(format!("{integer} is beyond the largest bigint, {}", i64::MAX)))
    }

    fn serialize_u128(self, _integer: u128) -> Result<Value, ValueError> {
        self.serialize_i128(0)
    }

    fn serialize_f32(self, float: f32) -> Result<Value, ValueError> {
        Ok(number(float))
    }

    fn serialize_f64(self, float: f64) -> Result<Value, ValueError> {
        Ok(number(float))
    }

    fn serialize_char(self, character: char) -> Result<Value, ValueError> {
        Ok(Value::String(character.into()))
    }

    fn serialize_str(self, text: &str) -> Result<Value, ValueError> {
        Ok(text.into())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Value, ValueError> {
        Ok(Value::Bytes(bytes.to_vec()))
    }

    fn serialize_none(self) -> Result<Value, ValueError> {
        if let Some(absent) = self.absent {
            absent.set(true);
        }
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, ValueError> {
        value.serialize(ValueSerializer::nested(self.depth))
    }

    fn serialize_unit(self) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Value, ValueError> {
        Ok(variant.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<Value, ValueError> {
        value.serialize(ValueSerializer::nested(self.depth))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, ValueError> {
        check_field_name(variant).map_err(|error| ValueError::new(error.to_string()))?;
        let content = value
            .serialize(ValueSerializer::nested(self.enter()?))
            .map_err(|error| error.in_field(variant))?;
        Ok(Object::from_iter([(variant, content)]).into())
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<SeqSerializer, ValueError> {
        Ok(SeqSerializer::new(self.enter()?, None))
    }

    fn serialize_tuple(self, len: usize) -> Result<SeqSerializer, ValueError> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _name: &'static str, len: usize) -> Result<SeqSerializer, ValueError> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<SeqSerializer, ValueError> {
        Ok(SeqSerializer::new(self.enter_variant(variant)?, Some(variant)))
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<MapSerializer, ValueError> {
        Ok(MapSerializer::new(self.enter()?))
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<StructSerializer, ValueError> {
        if name == VALUE_TOKEN {
            return Ok(StructSerializer::for_special_value());
        }
        Ok(StructSerializer::new(self.enter()?, len, None))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<StructSerializer, ValueError> {
        Ok(StructSerializer::new(
            self.enter_variant(variant)?,
            len,
            Some(variant),
        ))
    }
}
