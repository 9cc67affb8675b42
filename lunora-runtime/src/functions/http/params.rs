//! Names with texts, as the parts of a path and a query string have them, read into a type.

use std::{borrow::Cow, collections::HashMap, fmt, str::FromStr};

use serde::{
    de::{
        self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess,
        SeqAccess, Unexpected, VariantAccess, Visitor,
    },
    forward_to_deserialize_any,
};

/// Values in their order, each under its name.
pub(super) type Pairs = Vec<(String, String)>;

/// Why they are not what was asked for.
#[derive(Debug, thiserror::Error)]
pub(super) enum Mismatch {
    /// A text is not what it should be: the request is to blame.
    #[error("{name}: {why}")]
    Value { name: String, why: String },
    /// Everything else.
    #[error("{0}")]
    Other(String),
}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Other(message.to_string())
    }
}

/// Reads `pairs` as a `T`: a struct or map by their names, a tuple by their order, anything else if there is one.
pub(super) fn read<T: DeserializeOwned>(pairs: &Pairs) -> Result<T, Mismatch> {
    T::deserialize(All(pairs))
}

struct All<'a>(&'a Pairs);

impl<'a> All<'a> {
    /// The values by name, in the order of their first appearance.
    fn grouped(&self) -> Vec<Named<'a>> {
        let mut groups: Vec<Named<'a>> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (name, value) in self.0 {
            let place = *places.entry(name).or_insert(groups.len());
            match groups.get_mut(place) {
                Some(group) => group.values.push(value),
                None => groups.push(Named {
                    name,
                    values: vec![value],
                }),
            }
        }
        groups
    }

    fn only(&self) -> Result<Named<'a>, Mismatch> {
        let groups = self.grouped();
        let found = groups.len();
        let only: Result<[Named<'a>; 1], _> = groups.try_into();
        only.map(|[only]| only).map_err(|_| {
            Mismatch::Other(format!(
                "expected one value, found {found}; name them in a struct"
            ))
        })
    }
}

macro_rules! to_the_only_value {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            self.only()?.$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for All<'_> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_map(Fields {
            left: self.grouped().into_iter(),
            value: None,
        })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let values = self.0.iter().map(|(name, value)| Named {
            name,
            values: vec![value],
        });
        visitor.visit_seq(Elements {
            left: values.collect::<Vec<_>>().into_iter(),
        })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.only()?.deserialize_enum(name, variants, visitor)
    }

    to_the_only_value! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_i128 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_option
    }

    forward_to_deserialize_any! { map struct identifier ignored_any unit_struct }
}

/// The values under one name, at least one.
#[derive(Debug)]
struct Named<'a> {
    name: &'a str,
    values: Vec<&'a String>,
}

impl<'a> Named<'a> {
    fn text(&self) -> Result<&'a str, Mismatch> {
        match self.values.as_slice() {
            [text] => Ok(text),
            _ => Err(self.wrong("is given more than once")),
        }
    }

    fn parse<T: FromStr>(&self, expected: &str) -> Result<T, Mismatch> {
        self.parse_if(expected, |_| true)
    }

    fn parse_if<T: FromStr>(&self, expected: &str, is: impl Fn(&T) -> bool) -> Result<T, Mismatch> {
        let text = self.text()?;
        let value = text.parse().ok().filter(is);
        value.ok_or_else(|| self.wrong(&format!("expected {expected}, found {text:?}")))
    }

    fn wrong(&self, why: &str) -> Mismatch {
        let name = self.name.to_owned();
        Mismatch::Value {
            name,
            why: why.to_owned(),
        }
    }

    /// What the type of the value itself says of it is about this name.
    fn named(&self, error: Mismatch) -> Mismatch {
        match error {
            Mismatch::Other(why) => self.wrong(&why),
            named @ Mismatch::Value { .. } => named,
        }
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident $type:ty, $expected:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            let value = self.parse::<$type>($expected)?;
            visitor.$visit(value).map_err(|error| self.named(error))
        }
    )*};
}

impl<'de> Deserializer<'de> for Named<'_> {
    type Error = Mismatch;

    parsed! {
        deserialize_bool visit_bool bool, "true or false";
        deserialize_i8 visit_i64 i64, "an integer";
        deserialize_i16 visit_i64 i64, "an integer";
        deserialize_i32 visit_i64 i64, "an integer";
        deserialize_i64 visit_i64 i64, "an integer";
        deserialize_i128 visit_i128 i128, "an integer";
        deserialize_u8 visit_u64 u64, "an integer from 0 on";
        deserialize_u16 visit_u64 u64, "an integer from 0 on";
        deserialize_u32 visit_u64 u64, "an integer from 0 on";
        deserialize_u64 visit_u64 u64, "an integer from 0 on";
        deserialize_u128 visit_u128 u128, "an integer from 0 on";
        deserialize_char visit_char char, "one character";
    }

    // In Rust `NaN` and `inf` are numbers, and nobody who asks for one expects them.
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let value = self.parse_if("a number", |value: &f64| value.is_finite())?;
        visitor.visit_f64(value).map_err(|error| self.named(error))
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let value = self.parse_if("a number", |value: &f32| value.is_finite())?;
        visitor.visit_f32(value).map_err(|error| self.named(error))
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_str(self.text()?).map_err(|error| self.named(error))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let name = self.name;
        let values = self.values.into_iter().map(|value| Named {
            name,
            values: vec![value],
        });
        visitor.visit_seq(Elements {
            left: values.collect::<Vec<_>>().into_iter(),
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor
            .visit_enum(Variant(self.text()?))
            .map_err(|error| self.named(error))
    }

    forward_to_deserialize_any! {
        str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

struct Fields<'a> {
    left: std::vec::IntoIter<Named<'a>>,
    value: Option<Named<'a>>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        let Some(next) = self.left.next() else {
            return Ok(None);
        };
        let name = Cow::Borrowed(next.name).into_deserializer();
        self.value = Some(next);
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        match self.value.take() {
            Some(value) => seed.deserialize(value),
            None => Err(Mismatch::Other(
                "a value was asked for before its name".to_owned(),
            )),
        }
    }
}

struct Elements<'a> {
    left: std::vec::IntoIter<Named<'a>>,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        self.left.next().map(|value| seed.deserialize(value)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// A text as the name of a variant that has nothing in it.
struct Variant<'a>(&'a str);

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = Mismatch;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Mismatch> {
        let name = Cow::Borrowed(self.0).into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Mismatch> {
        Err(de::Error::invalid_type(
            Unexpected::Str(self.0),
            &"a variant with a value",
        ))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        Err(de::Error::invalid_type(Unexpected::Str(self.0), &visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        Err(de::Error::invalid_type(Unexpected::Str(self.0), &visitor))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    enum Order {
        NewestFirst,
        OldestFirst,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Id(u32);

    #[derive(Debug, PartialEq, Deserialize)]
    struct Page {
        id: Id,
        after: Option<i64>,
        before: Option<String>,
        #[serde(default)]
        tag: Vec<u8>,
        order: Order,
        exact: bool,
    }

    fn pairs(query: &str) -> Pairs {
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    fn refused<T: DeserializeOwned + fmt::Debug>(query: &str) -> String {
        read::<T>(&pairs(query)).unwrap_err().to_string()
    }

    #[test]
    fn fields_have_their_types() {
        let page: Page = read(&pairs(
            "id=7&after=-3&tag=1&order=newestFirst&tag=2&exact=true&other=x",
        ))
        .unwrap();
        let expected = Page {
            id: Id(7),
            after: Some(-3),
            before: None,
            tag: vec![1, 2],
            order: Order::NewestFirst,
            exact: true,
        };
        assert_eq!(page, expected);
    }

    #[test]
    fn values_without_a_struct() {
        assert_eq!(read::<u32>(&pairs("id=7")).unwrap(), 7);
        assert_eq!(read::<Id>(&pairs("id=7")).unwrap(), Id(7));
        assert_eq!(read::<String>(&pairs("id=a b")).unwrap(), "a b");
        assert_eq!(
            read::<(String, f64)>(&pairs("a=x&b=1.5")).unwrap(),
            ("x".to_owned(), 1.5)
        );
        let map: BTreeMap<String, String> = read(&pairs("a=x&b=y")).unwrap();
        assert_eq!(map["b"], "y");
        read::<()>(&pairs("")).unwrap();
    }

    #[test]
    fn numbers_are_finite() {
        for text in ["NaN", "inf", "-infinity", "1e999"] {
            let query = format!("at={text}");
            assert_eq!(
                refused::<f64>(&query),
                format!("at: expected a number, found {text:?}")
            );
            assert_eq!(
                refused::<f32>(&query),
                format!("at: expected a number, found {text:?}")
            );
        }
        assert_eq!(
            refused::<f32>("at=1e39"),
            r#"at: expected a number, found "1e39""#
        );
    }

    #[test]
    fn names_keep_their_order_however_they_are_mixed() {
        let pairs = pairs("b=1&a=2&b=3&c=4&a=5");
        let groups = All(&pairs).grouped();
        let groups: Vec<_> = groups
            .into_iter()
            .map(|group| (group.name, group.values))
            .collect();
        let texts = ["1", "2", "3", "4", "5"].map(str::to_owned);
        let [one, two, three, four, five] = &texts;
        assert_eq!(
            groups,
            [("b", vec![one, three]), ("a", vec![two, five]), ("c", vec![four])]
        );
    }

    #[test]
    fn a_mismatch_names_the_value() {
        assert_eq!(
            refused::<Page>("id=x"),
            r#"id: expected an integer from 0 on, found "x""#
        );
        assert!(
            refused::<Page>("id=5000000000").starts_with("id: "),
            "{}",
            refused::<Page>("id=5000000000")
        );
        assert_eq!(refused::<Page>("id=1&id=2"), "id: is given more than once");
        assert_eq!(
            refused::<Page>("id=1&order=x"),
            "order: unknown variant `x`, expected `newestFirst` or `oldestFirst`"
        );
        assert_eq!(refused::<Page>("order=oldestFirst"), "missing field `id`");
        assert_eq!(
            refused::<u32>("a=1&b=2"),
            "expected one value, found 2; name them in a struct"
        );
    }
}
