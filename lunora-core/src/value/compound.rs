//! The parts of [`ValueSerializer`] that build arrays and objects.

use std::cell::Cell;

use serde::{
    Serialize,
    ser::{
        SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::{FieldName, Object, Value, ValueError, ValueSerializer, check_field_name};
use crate::json::decode_special;

/// Builds an array, alone or as the content of an enum's variant.
#[derive(Debug)]
pub struct SeqSerializer {
    depth: usize,
    items: Vec<Value>,
    variant: Option<&'static str>,
}

impl SeqSerializer {
    pub(super) fn new(depth: usize, variant: Option<&'static str>) -> Self {
        Self {
            depth,
            items: Vec::new(),
            variant,
        }
    }

    fn push<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), ValueError> {
        let item = item
            .serialize(ValueSerializer::nested(self.depth))
            .map_err(|error| {
                let error = error.in_index(self.items.len());
                in_variant(error, self.variant)
            })?;
        self.items.push(item);
        Ok(())
    }

    fn finish(self) -> Value {
        tagged(self.variant, Value::Array(self.items))
    }
}

fn in_variant(error: ValueError, variant: Option<&str>) -> ValueError {
    match variant {
        Some(variant) => error.in_field(variant),
        None => error,
    }
}

fn tagged(variant: Option<&str>, content: Value) -> Value {
    match variant {
        Some(variant) => Object::from_iter([(variant, content)]).into(),
        None => content,
    }
}

macro_rules! serialize_sequence {
    ($($of:ident :: $push:ident),*) => {$(
        impl $of for SeqSerializer {
            type Ok = Value;
            type Error = ValueError;

            fn $push<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), ValueError> {
                self.push(item)
            }

            fn end(self) -> Result<Value, ValueError> {
                Ok(self.finish())
            }
        }
    )*};
}

serialize_sequence!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

/// Builds an object from a map.
#[derive(Debug)]
pub struct MapSerializer {
    depth: usize,
    entries: Vec<(FieldName, Value)>,
    key: Option<FieldName>,
}

impl MapSerializer {
    pub(super) fn new(depth: usize) -> Self {
        Self {
            depth,
            entries: Vec::new(),
            key: None,
        }
    }
}

impl SerializeMap for MapSerializer {
    type Ok = Value;
    type Error = ValueError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), ValueError> {
        let key = match key.serialize(ValueSerializer::nested(self.depth))? {
            Value::String(key) => key,
            other => {
                return Err(ValueError::expected(
                    "string as the key of a map",
                    other.kind_name(),
                ));
            }
        };
        check_field_name(&key).map_err(|error| ValueError::new(error.to_string()))?;
        self.key = Some(key.into());
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
        let key = self
            .key
            .take()
            .ok_or_else(|| ValueError::new("a map's value came before its key"))?;
        match value.serialize(ValueSerializer::nested(self.depth)) {
            Ok(value) => self.entries.push((key, value)),
            Err(error) => return Err(error.in_field(&key)),
        }
        Ok(())
    }

    fn end(self) -> Result<Value, ValueError> {
        Ok(Object::from_entries(self.entries).into())
    }
}

/// Builds an object from a struct, alone or as the content of an enum's variant. Fields that are `None` are left out.
#[derive(Debug)]
pub struct StructSerializer {
    depth: usize,
    entries: Vec<(FieldName, Value)>,
    variant: Option<&'static str>,
    /// A `Value` in disguise, which its `Serialize` writes as `{"$integer": ...}` and the like.
    special: Option<Value>,
    is_special: bool,
}

impl StructSerializer {
    pub(super) fn new(depth: usize, len: usize, variant: Option<&'static str>) -> Self {
        Self {
            depth,
            entries: Vec::with_capacity(len),
            variant,
            special: None,
            is_special: false,
        }
    }

    pub(super) fn for_special_value() -> Self {
        Self {
            is_special: true,
            ..Self::new(0, 0, None)
        }
    }

    fn push<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), ValueError> {
        if self.is_special {
            let payload = value.serialize(ValueSerializer::new())?;
            self.special = Some(decode_special(name, &payload).map_err(ValueError::new)?);
            return Ok(());
        }
        check_field_name(name).map_err(|error| ValueError::new(error.to_string()))?;
        let absent = Cell::new(false);
        let value = value
            .serialize(ValueSerializer::for_field(self.depth, &absent))
            .map_err(|error| in_variant(error.in_field(name), self.variant))?;
        if !absent.get() {
            self.entries.push((FieldName::new_static(name), value));
        }
        Ok(())
    }

    fn finish(self) -> Value {
        match self.special {
            Some(value) => value,
            None => tagged(self.variant, Object::from_entries(self.entries).into()),
        }
    }
}

macro_rules! serialize_struct {
    ($($of:ident),*) => {$(
        impl $of for StructSerializer {
            type Ok = Value;
            type Error = ValueError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), ValueError> {
                self.push(name, value)
            }

            fn end(self) -> Result<Value, ValueError> {
                Ok(self.finish())
            }
        }
    )*};
}

serialize_struct!(SerializeStruct, SerializeStructVariant);
