//! What `#[data]` says about plain enums, whose variants are names and nothing else, and the serde implementations that
//! follow from it; see [`fields`](crate::fields) for why they are not derived.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer, Serializer,
    de::{self, DeserializeSeed, EnumAccess, VariantAccess, Visitor},
};

use crate::shape::{Node, Shapes};

/// A plain enum.
pub trait Choice: Sized + 'static {
    /// Its name.
    const NAME: &'static str;
    /// Its doc comment.
    const DOCS: &'static str = "";
    /// Wire names of its variants, in order.
    const VARIANTS: &'static [&'static str];
    /// Which variant this is.
    fn index(&self) -> u32;
    /// The variant at `index`; none of them if there are fewer.
    fn at(index: u32) -> Option<Self>;
}

/// `Serialize::serialize` of a plain enum.
pub fn write<T: Choice, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let index = value.index();
    // The macro writes the index of each variant and the list of names from one list.
    let name = T::VARIANTS.get(index as usize).copied().unwrap_or_default();
    serializer.serialize_unit_variant(T::NAME, index, name)
}

/// `Deserialize::deserialize` of a plain enum.
pub fn read<'de, T: Choice, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_enum(T::NAME, T::VARIANTS, ChoiceVisitor(PhantomData))
}

/// `Shape::shape` of a plain enum.
pub fn shape<T: Choice>(shapes: &mut Shapes) -> Node {
    let literals = || T::VARIANTS.iter().map(|name| Node::literal(name));
    shapes.named::<T>(T::NAME, T::DOCS, |_| Node::union(literals()))
}

struct ChoiceVisitor<T>(PhantomData<fn() -> T>);

impl<'de, T: Choice> Visitor<'de> for ChoiceVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "enum {}", T::NAME)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<T, A::Error> {
        let (choice, content) = data.variant_seed(VariantOf(PhantomData))?;
        content.unit_variant()?;
        Ok(choice)
    }
}

struct VariantOf<T>(PhantomData<fn() -> T>);

impl<'de, T: Choice> DeserializeSeed<'de> for VariantOf<T> {
    type Value = T;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<T: Choice> Visitor<'_> for VariantOf<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("variant identifier")
    }

    fn visit_u64<E: de::Error>(self, index: u64) -> Result<T, E> {
        let choice = u32::try_from(index).ok().and_then(T::at);
        choice.ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(index), &"the index of a variant"))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<T, E> {
        let choice = (0..).zip(T::VARIANTS).find(|(_, own)| **own == name);
        let choice = choice.and_then(|(index, _)| T::at(index));
        choice.ok_or_else(|| E::unknown_variant(name, T::VARIANTS))
    }

    fn visit_bytes<E: de::Error>(self, name: &[u8]) -> Result<T, E> {
        self.visit_str(&String::from_utf8_lossy(name))
    }
}
