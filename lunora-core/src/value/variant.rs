//! Enums, as serde tags them by default: a variant's name alone, or an object with the name as its only field.

use serde::{
    Deserializer,
    de::{DeserializeSeed, EnumAccess, Unexpected, VariantAccess, Visitor, value::StrDeserializer},
};

use super::{Value, ValueDeserializer, ValueError, de::mismatch};

/// A variant's name and, unless it stands alone, its content.
pub(super) struct VariantOf {
    name: String,
    content: Option<Value>,
    strict: bool,
}

impl VariantOf {
    pub(super) fn new(value: Value, strict: bool) -> Result<Self, ValueError> {
        match value {
            Value::String(name) => Ok(Self {
                name,
                content: None,
                strict,
            }),
            Value::Object(object) => {
                let len = object.len();
                let mut fields = object.into_iter();
                match (fields.next(), fields.next()) {
                    (Some((name, content)), None) => Ok(Self {
                        name,
                        content: Some(content),
                        strict,
                    }),
                    _ => Err(ValueError::expected(
                        "object with a variant's name as its only field",
                        &format!("{len} fields"),
                    )),
                }
            }
            other => Err(mismatch("string or object with one field", &other)),
        }
    }
}

impl<'de> EnumAccess<'de> for VariantOf {
    type Error = ValueError;
    type Variant = Content;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content), ValueError> {
        let variant = seed.deserialize(StrDeserializer::<ValueError>::new(&self.name))?;
        Ok((
            variant,
            Content {
                name: self.name,
                value: self.content,
                strict: self.strict,
            },
        ))
    }
}

/// What belongs to a variant whose name has been read.
pub(super) struct Content {
    name: String,
    value: Option<Value>,
    strict: bool,
}

impl Content {
    fn read<T>(self, read: impl FnOnce(ValueDeserializer) -> Result<T, ValueError>) -> Result<T, ValueError> {
        let Some(value) = self.value else {
            return Err(ValueError::new(format!(
                "variant `{}` needs a content: {{\"{0}\": ...}}",
                self.name
            )));
        };
        read(ValueDeserializer::with(value, self.strict)).map_err(|error| error.in_field(&self.name))
    }
}

impl<'de> VariantAccess<'de> for Content {
    type Error = ValueError;

    fn unit_variant(self) -> Result<(), ValueError> {
        match self.value {
            None | Some(Value::Null) => Ok(()),
            Some(other) => Err(mismatch("null", &other).in_field(&self.name)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ValueError> {
        self.read(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, ValueError> {
        self.read(|content| content.deserialize_tuple(len, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.read(|content| content.deserialize_map(visitor))
    }
}

/// A variant that is the key of a map and so cannot have a content.
pub(super) struct UnitVariant<'n> {
    name: &'n str,
}

impl<'n> UnitVariant<'n> {
    pub(super) fn new(name: &'n str) -> Self {
        Self { name }
    }
}

impl<'de> EnumAccess<'de> for UnitVariant<'_> {
    type Error = ValueError;
    type Variant = NoContent;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, NoContent), ValueError> {
        Ok((
            seed.deserialize(StrDeserializer::<ValueError>::new(self.name))?,
            NoContent,
        ))
    }
}

pub(super) struct NoContent;

impl NoContent {
    fn refuse<T>(wanted: &str) -> Result<T, ValueError> {
        let unexpected = Unexpected::UnitVariant;
        Err(serde::de::Error::invalid_type(unexpected, &wanted))
    }
}

impl<'de> VariantAccess<'de> for NoContent {
    type Error = ValueError;

    fn unit_variant(self) -> Result<(), ValueError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _seed: T) -> Result<T::Value, ValueError> {
        Self::refuse("variant without content")
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, _visitor: V) -> Result<V::Value, ValueError> {
        Self::refuse("variant without content")
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, ValueError> {
        Self::refuse("variant without content")
    }
}
