//! Enums, as serde tags them by default: a variant's name alone, or an object with the name as its only field.

use serde::{
    Deserializer,
    de::{DeserializeSeed, EnumAccess, Unexpected, VariantAccess, Visitor, value::StrDeserializer},
};

use super::{Object, Value, ValueDeserializer, ValueError, de::mismatch};

/// A variant's name and, unless it stands alone, its content.
pub(super) struct VariantOf<'v> {
    name: &'v str,
    content: Option<&'v Value>,
    strict: bool,
}

impl<'v> VariantOf<'v> {
    pub(super) fn new(value: &'v Value, strict: bool) -> Result<Self, ValueError> {
        match value {
            Value::String(name) => Ok(Self {
                name,
                content: None,
                strict,
            }),
            Value::Object(object) => Self::of_object(object, strict),
            other => Err(mismatch("string or object with one field", other)),
        }
    }

    pub(super) fn of_object(object: &'v Object, strict: bool) -> Result<Self, ValueError> {
        let mut fields = object.iter();
        match (fields.next(), fields.next()) {
            (Some((name, content)), None) => Ok(Self {
                name,
                content: Some(content),
                strict,
            }),
            _ => Err(ValueError::expected(
                "object with a variant's name as its only field",
                &format!("{} fields", object.len()),
            )),
        }
    }
}

impl<'de, 'v> EnumAccess<'de> for VariantOf<'v> {
    type Error = ValueError;
    type Variant = Content<'v>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'v>), ValueError> {
        let variant = seed.deserialize(StrDeserializer::<ValueError>::new(self.name))?;
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
pub(super) struct Content<'v> {
    name: &'v str,
    value: Option<&'v Value>,
    strict: bool,
}

impl<'v> Content<'v> {
    fn read<T>(
        self,
        read: impl FnOnce(ValueDeserializer<'v>) -> Result<T, ValueError>,
    ) -> Result<T, ValueError> {
        let Some(value) = self.value else {
            return Err(ValueError::new(format!(
                "variant `{}` needs a content: {{\"{0}\": ...}}",
                self.name
            )));
        };
        read(ValueDeserializer::with(value, self.strict)).map_err(|error| error.in_field(self.name))
    }
}

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = ValueError;

    fn unit_variant(self) -> Result<(), ValueError> {
        match self.value {
            None | Some(Value::Null) => Ok(()),
            Some(other) => Err(mismatch("null", other).in_field(self.name)),
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
