//! The parts of [`ValueDeserializer`] that walk arrays and objects.

use serde::{
    Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
    forward_to_deserialize_any,
};

use super::{Object, Value, ValueDeserializer, ValueError, object::Iter, variant::UnitVariant};

/// Hands the elements to `visitor`, which has to take all of them.
pub(super) fn visit_array<'de, V: Visitor<'de>>(
    items: &[Value],
    strict: bool,
    visitor: V,
) -> Result<V::Value, ValueError> {
    let len = items.len();
    let mut access = ArrayAccess {
        items: items.iter(),
        next: 0,
        strict,
    };
    let value = visitor.visit_seq(&mut access)?;
    if access.items.len() > 0 {
        return Err(ValueError::expected(
            &format!("array of {} elements", access.next),
            &len.to_string(),
        ));
    }
    Ok(value)
}

struct ArrayAccess<'v> {
    items: std::slice::Iter<'v, Value>,
    next: usize,
    strict: bool,
}

impl<'de> SeqAccess<'de> for &mut ArrayAccess<'_> {
    type Error = ValueError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ValueError> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        let index = self.next;
        self.next += 1;
        seed.deserialize(ValueDeserializer::with(item, self.strict))
            .map(Some)
            .map_err(|error| error.in_index(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

pub(super) struct ObjectAccess<'v> {
    fields: Iter<'v>,
    /// The field whose name was handed out and whose value is next.
    current: Option<(&'v str, &'v Value)>,
    strict: bool,
}

impl<'v> ObjectAccess<'v> {
    pub(super) fn new(object: &'v Object, strict: bool) -> Self {
        Self {
            fields: object.iter(),
            current: None,
            strict,
        }
    }
}

impl<'de> MapAccess<'de> for ObjectAccess<'_> {
    type Error = ValueError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ValueError> {
        let Some((name, value)) = self.fields.next() else {
            return Ok(None);
        };
        let key = seed
            .deserialize(FieldName { name })
            .map_err(|error| about_name(error, name))?;
        self.current = Some((name, value));
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ValueError> {
        let (name, value) = self
            .current
            .take()
            .ok_or_else(|| ValueError::new("a map's value was asked for before its key"))?;
        seed.deserialize(ValueDeserializer::with(value, self.strict))
            .map_err(|error| error.in_field(name))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.fields.len())
    }
}

/// An error about a name; one about an unknown field already says which.
fn about_name(error: ValueError, name: &str) -> ValueError {
    if error.path.is_empty() {
        error.in_field(name)
    } else {
        error
    }
}

/// A field's name, lent out: the original stays for the path of a possible error.
struct FieldName<'n> {
    name: &'n str,
}

impl<'de> Deserializer<'de> for FieldName<'_> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_str(self.name)
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
        visitor.visit_enum(UnitVariant::new(self.name))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}
