//! What `#[data]` and `#[table]` say about plain structs, and the serde implementations that follow from it.
//!
//! serde's derive writes some sixty lines a field, which are compiled again in every application on every change. A
//! struct without serde attributes needs none of them: the macros describe it once, as a list of its fields, and the
//! generic functions here do what the derive does. The list is nested pairs, `(At<A>, (At<B>, ()))`, so that each step
//! is known to the compiler and nothing is looked up while a program runs.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serializer,
    de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
    forward_to_deserialize_any,
    ser::SerializeStruct,
};

use crate::shape::{Field, Node, Shape, Shapes};

/// A field of `Self`: `HASH` stands for its name in Rust. In the scope [`Open`] indexes of tables may go through it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no such field that an index could name",
    label = "no such field",
    note = "the struct needs `#[data]`, and the field its name in Rust, at least the visibility of the struct, and no \
            `skip`, `flatten` or `with`"
)]
pub trait HasField<const HASH: u64, Scope = Open> {
    /// Type of the field.
    type Type;
    /// The same in a plain struct, and `()` elsewhere.
    ///
    /// This is the one place where the field of a plain struct has to travel. Everything else asks for the field, so
    /// that a type that does not travel is one error, where it stands.
    type Plain: Shape;
    /// Wire name of the field.
    const NAME: &'static str;
    /// Doc comment of the field.
    const DOCS: &'static str = "";
}

/// Scope of the fields that everybody may name.
#[derive(Debug)]
pub enum Open {}

/// A path may lead through a field that can be absent; what it leads to can then be absent as well.
#[diagnostic::do_not_recommend]
impl<T: HasField<HASH>, const HASH: u64> HasField<HASH> for Option<T> {
    type Type = Option<T::Type>;
    type Plain = ();
    const NAME: &'static str = T::NAME;
}

/// A plain struct. `Own` is a type that only the struct's module can name, so that its private fields stay private.
pub trait Struct<Own>: Sized + 'static {
    /// Its name.
    const NAME: &'static str;
    /// Its doc comment.
    const DOCS: &'static str = "";
    /// Wire names of its fields, in order.
    const FIELDS: &'static [&'static str];
    /// Its fields, in order.
    type List: FieldList<Self>;
    /// References to its fields.
    fn refs(&self) -> <Self::List as FieldList<Self>>::Refs<'_>;
    /// The struct with these fields.
    fn of(values: <Self::List as FieldList<Self>>::Values) -> Self;
}

/// A field in a list.
#[derive(Debug)]
pub struct At<const HASH: u64, Scope = Open>(PhantomData<fn() -> Scope>);

/// Fields of `T`: `()`, or a field and the list of those after it.
pub trait FieldList<T> {
    /// Their values, as nested pairs.
    type Values;
    /// References to their values.
    type Refs<'a>;
    /// Values as far as they have been read.
    type Slots: Default;
    /// How many there are.
    const LEN: usize;
    /// Writes them.
    fn write<S: SerializeStruct>(refs: Self::Refs<'_>, state: &mut S) -> Result<(), S::Error>;
    /// Reads the value of the field at `index`.
    fn read<'de, A: MapAccess<'de>>(
        slots: &mut Self::Slots,
        index: usize,
        map: &mut A,
    ) -> Result<(), A::Error>;
    /// Reads the values in their order; the first of them is element `index`.
    fn read_all<'de, A: SeqAccess<'de>>(index: usize, seq: &mut A) -> Result<Self::Values, A::Error>;
    /// The values, if all are there that must be.
    fn finish<E: de::Error>(slots: Self::Slots) -> Result<Self::Values, E>;
    /// Appends their shapes.
    fn shapes(shapes: &mut Shapes, fields: &mut Vec<Field>);
}

impl<T> FieldList<T> for () {
    type Values = ();
    type Refs<'a> = ();
    type Slots = ();
    const LEN: usize = 0;

    fn write<S: SerializeStruct>((): (), _state: &mut S) -> Result<(), S::Error> {
        Ok(())
    }

    fn read<'de, A: MapAccess<'de>>((): &mut (), _index: usize, map: &mut A) -> Result<(), A::Error> {
        map.next_value::<IgnoredAny>().map(drop)
    }

    fn read_all<'de, A: SeqAccess<'de>>(_index: usize, _seq: &mut A) -> Result<(), A::Error> {
        Ok(())
    }

    fn finish<E: de::Error>((): ()) -> Result<(), E> {
        Ok(())
    }

    fn shapes(_shapes: &mut Shapes, _fields: &mut Vec<Field>) {}
}

type TypeOf<T, const HASH: u64, Scope> = <T as HasField<HASH, Scope>>::Plain;

impl<T: HasField<HASH, Scope>, const HASH: u64, Scope, Rest: FieldList<T>> FieldList<T>
    for (At<HASH, Scope>, Rest)
{
    type Values = (TypeOf<T, HASH, Scope>, Rest::Values);
    type Refs<'a> = (&'a TypeOf<T, HASH, Scope>, Rest::Refs<'a>);
    type Slots = (Option<TypeOf<T, HASH, Scope>>, Rest::Slots);
    const LEN: usize = 1 + Rest::LEN;

    fn write<S: SerializeStruct>((value, rest): Self::Refs<'_>, state: &mut S) -> Result<(), S::Error> {
        state.serialize_field(T::NAME, value)?;
        Rest::write(rest, state)
    }

    fn read<'de, A: MapAccess<'de>>(
        (slot, rest): &mut Self::Slots,
        index: usize,
        map: &mut A,
    ) -> Result<(), A::Error> {
        if index > 0 {
            return Rest::read(rest, index - 1, map);
        }
        if slot.is_some() {
            return Err(de::Error::duplicate_field(T::NAME));
        }
        *slot = Some(map.next_value()?);
        Ok(())
    }

    fn read_all<'de, A: SeqAccess<'de>>(index: usize, seq: &mut A) -> Result<Self::Values, A::Error> {
        let Some(value) = seq.next_element()? else {
            return Err(de::Error::invalid_length(index, &"one element for each field"));
        };
        Ok((value, Rest::read_all(index + 1, seq)?))
    }

    fn finish<E: de::Error>((slot, rest): Self::Slots) -> Result<Self::Values, E> {
        let value = match slot {
            Some(value) => value,
            None => Deserialize::deserialize(Missing(T::NAME, PhantomData))?,
        };
        Ok((value, Rest::finish(rest)?))
    }

    fn shapes(shapes: &mut Shapes, fields: &mut Vec<Field>) {
        fields.push(Field::of::<TypeOf<T, HASH, Scope>>(T::NAME, shapes).docs(T::DOCS));
        Rest::shapes(shapes, fields);
    }
}

/// A field that is not there: `None` where that is a value, and an error everywhere else.
struct Missing<E>(&'static str, PhantomData<E>);

impl<'de, E: de::Error> Deserializer<'de> for Missing<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, E> {
        Err(E::missing_field(self.0))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// `Serialize::serialize` of a plain struct.
pub fn write<Own, T: Struct<Own>, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut state = serializer.serialize_struct(T::NAME, T::List::LEN)?;
    T::List::write(value.refs(), &mut state)?;
    state.end()
}

/// `Deserialize::deserialize` of a plain struct.
pub fn read<'de, Own, T: Struct<Own>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_struct(T::NAME, T::FIELDS, StructVisitor(PhantomData))
}

/// `Shape::shape` of a plain struct.
pub fn shape<Own, T: Struct<Own>>(shapes: &mut Shapes) -> Node {
    shapes.named::<T>(T::NAME, T::DOCS, |shapes| {
        let mut fields = Vec::with_capacity(T::List::LEN);
        T::List::shapes(shapes, &mut fields);
        Node::object(fields)
    })
}

struct StructVisitor<Own, T>(PhantomData<fn() -> (Own, T)>);

impl<'de, Own, T: Struct<Own>> Visitor<'de> for StructVisitor<Own, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", T::NAME)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        T::List::read_all(0, &mut seq).map(T::of)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut slots = <T::List as FieldList<T>>::Slots::default();
        while let Some(index) = map.next_key_seed(NameIn(T::FIELDS))? {
            T::List::read(&mut slots, index, &mut map)?;
        }
        T::List::finish(slots).map(T::of)
    }
}

/// Reads a name; gives its index, or the number of names if it is none of them.
struct NameIn(&'static [&'static str]);

impl NameIn {
    fn index(&self, name: &[u8]) -> usize {
        let found = self.0.iter().position(|own| own.as_bytes() == name);
        found.unwrap_or(self.0.len())
    }
}

impl<'de> DeserializeSeed<'de> for NameIn {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for NameIn {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field or variant")
    }

    fn visit_u64<E: de::Error>(self, index: u64) -> Result<usize, E> {
        Ok(usize::try_from(index).unwrap_or(usize::MAX).min(self.0.len()))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<usize, E> {
        Ok(self.index(name.as_bytes()))
    }

    fn visit_bytes<E: de::Error>(self, name: &[u8]) -> Result<usize, E> {
        Ok(self.index(name))
    }
}
