//! Tables, documents, index ranges and patches, as the types that `#[table]` fills in.

use std::{fmt, marker::PhantomData, ops::Deref};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    fields::HasField,
    id::Id,
    shape::Shape,
    value::{Object, Value, ValueError, ValueSerializer, field_with, from_value, to_field},
};

/// A struct whose values are documents; comes from `#[table("name")]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a table",
    label = "not a table",
    note = "put `#[table(\"name\")]` above the struct and list it in `lunora::app!`"
)]
pub trait Table: Shape {
    /// Name of the table on the wire and on disk.
    const NAME: &'static str;
    /// Its indexes, in the order of the attributes.
    const INDEXES: &'static [IndexSpec];
}

/// One `#[index(name(a, b.c), unique)]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IndexSpec {
    /// Name, as in the attribute.
    pub name: &'static str,
    /// Paths of the fields by their wire names.
    pub fields: &'static [&'static [&'static str]],
    /// No two documents have the same values.
    pub unique: bool,
}

/// Name of the index over creation time that every table has.
pub const BY_CREATION_TIME: &str = "by_creation_time";
/// Name of the order by id that every table has.
pub const BY_ID: &str = "by_id";

/// A stored document: its fields (through `Deref`), id and creation time.
#[derive(Clone, PartialEq)]
pub struct Doc<T> {
    id: Id<T>,
    creation_time: f64,
    fields: T,
}

impl<T> Doc<T> {
    /// Puts a document together; the database does it.
    pub const fn new(id: Id<T>, creation_time: f64, fields: T) -> Self {
        Self {
            id,
            creation_time,
            fields,
        }
    }

    /// Its id (`_id` on the wire).
    pub const fn id(&self) -> Id<T> {
        self.id
    }

    /// When it was inserted, in milliseconds since 1970 (`_creationTime` on the wire).
    pub const fn creation_time(&self) -> f64 {
        self.creation_time
    }

    /// The fields alone.
    pub fn into_fields(self) -> T {
        self.fields
    }
}

impl<T> Deref for Doc<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.fields
    }
}

impl<T: Table + fmt::Debug> fmt::Debug for Doc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doc")
            .field("id", &self.id)
            .field("creation_time", &self.creation_time)
            .field("fields", &self.fields)
            .finish()
    }
}

impl<T: Table> Serialize for Doc<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(bound = "T: Table")]
        struct Flat<'a, T> {
            #[serde(rename = "_id")]
            id: Id<T>,
            #[serde(rename = "_creationTime")]
            creation_time: f64,
            #[serde(flatten)]
            fields: &'a T,
        }
        Flat {
            id: self.id,
            creation_time: self.creation_time,
            fields: &self.fields,
        }
        .serialize(serializer)
    }
}

// Not by `flatten`: that buffers the fields in serde's own type and loses our number rules.
impl<'de, T: Table> Deserialize<'de> for Doc<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::Object(mut object) = Value::deserialize(deserializer)? else {
            return Err(de::Error::custom("expected a document"));
        };
        let id = take(&mut object, "_id")?;
        let creation_time = take(&mut object, "_creationTime")?;
        let fields = from_value(Value::Object(object)).map_err(de::Error::custom)?;
        Ok(Self {
            id,
            creation_time,
            fields,
        })
    }
}

fn take<T: de::DeserializeOwned, E: de::Error>(object: &mut Object, name: &'static str) -> Result<T, E> {
    let value = object.remove(name).ok_or_else(|| E::missing_field(name))?;
    from_value(value).map_err(E::custom)
}

/// A value that can stand for a field of type `F` in an index range.
#[diagnostic::on_unimplemented(
    message = "an index field of type `{F}` is compared with `{Self}`",
    label = "expected `{F}` or a reference to it"
)]
pub trait AsKey<F> {
    /// The key; `None` when the field is absent.
    fn as_key(&self) -> Result<Option<Value>, ValueError>;
}

#[diagnostic::do_not_recommend]
impl<F: Serialize> AsKey<F> for F {
    fn as_key(&self) -> Result<Option<Value>, ValueError> {
        to_field(self)
    }
}
#[diagnostic::do_not_recommend]
impl<F: Serialize> AsKey<F> for &F {
    fn as_key(&self) -> Result<Option<Value>, ValueError> {
        to_field(*self)
    }
}
#[diagnostic::do_not_recommend]
impl AsKey<String> for &str {
    fn as_key(&self) -> Result<Option<Value>, ValueError> {
        to_field(*self)
    }
}
#[diagnostic::do_not_recommend]
impl AsKey<Option<String>> for &str {
    fn as_key(&self) -> Result<Option<Value>, ValueError> {
        to_field(*self)
    }
}

/// One end of an index range: a key part and whether it is in.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyBound {
    /// The value at this end; `None` is an absent field.
    pub key: Option<Value>,
    /// The range contains it.
    pub inclusive: bool,
}

/// An index range without its types.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexBounds {
    /// Name of the index.
    pub index: &'static str,
    /// Values of the first fields.
    pub equal: Vec<Option<Value>>,
    /// Lower end on the field after them.
    pub lower: Option<KeyBound>,
    /// Upper end on the field after them.
    pub upper: Option<KeyBound>,
}

/// A range being built: `F` is the list of the fields that are left, `(A, (B, ()))`.
#[must_use = "a range does nothing until a query takes it"]
pub struct Range<T, F> {
    bounds: Result<IndexBounds, ValueError>,
    types: PhantomData<fn() -> (T, F)>,
}

/// A range with a lower bound on a field of type `F`; an upper one may follow.
#[must_use = "a range does nothing until a query takes it"]
pub struct Lower<T, F> {
    bounds: Result<IndexBounds, ValueError>,
    types: PhantomData<fn() -> (T, F)>,
}

/// A range that is complete.
#[must_use = "a range does nothing until a query takes it"]
pub struct Done<T> {
    bounds: Result<IndexBounds, ValueError>,
    types: PhantomData<fn() -> T>,
}

impl<T, F> Range<T, F> {
    /// The whole index; what the accessors that `#[index]` makes return.
    #[doc(hidden)]
    pub const fn __new(index: &'static str) -> Self {
        let bounds = IndexBounds {
            index,
            equal: Vec::new(),
            lower: None,
            upper: None,
        };
        Self {
            bounds: Ok(bounds),
            types: PhantomData,
        }
    }
}

fn edit<K: AsKey<F>, F>(
    bounds: Result<IndexBounds, ValueError>,
    key: &K,
    set: impl FnOnce(&mut IndexBounds, Option<Value>),
) -> Result<IndexBounds, ValueError> {
    let mut bounds = bounds?;
    set(&mut bounds, key.as_key()?);
    Ok(bounds)
}

#[allow(clippy::needless_pass_by_value, reason = "`.eq(5)` is what users write")]
impl<T, F, R> Range<T, (F, R)> {
    /// The next field equals `value`.
    pub fn eq<K: AsKey<F>>(self, value: K) -> Range<T, R> {
        let bounds = edit(self.bounds, &value, |bounds, key| bounds.equal.push(key));
        Range {
            bounds,
            types: PhantomData,
        }
    }

    /// The next field is greater than `value`.
    pub fn gt<K: AsKey<F>>(self, value: K) -> Lower<T, F> {
        Lower {
            bounds: lower(self.bounds, &value, false),
            types: PhantomData,
        }
    }

    /// The next field is at least `value`.
    pub fn gte<K: AsKey<F>>(self, value: K) -> Lower<T, F> {
        Lower {
            bounds: lower(self.bounds, &value, true),
            types: PhantomData,
        }
    }

    /// The next field is less than `value`.
    pub fn lt<K: AsKey<F>>(self, value: K) -> Done<T> {
        Done {
            bounds: upper(self.bounds, &value, false),
            types: PhantomData,
        }
    }

    /// The next field is at most `value`.
    pub fn lte<K: AsKey<F>>(self, value: K) -> Done<T> {
        Done {
            bounds: upper(self.bounds, &value, true),
            types: PhantomData,
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "`.lt(5)` is what users write")]
impl<T, F> Lower<T, F> {
    /// And is less than `value`.
    pub fn lt<K: AsKey<F>>(self, value: K) -> Done<T> {
        Done {
            bounds: upper(self.bounds, &value, false),
            types: PhantomData,
        }
    }

    /// And is at most `value`.
    pub fn lte<K: AsKey<F>>(self, value: K) -> Done<T> {
        Done {
            bounds: upper(self.bounds, &value, true),
            types: PhantomData,
        }
    }
}

fn lower<K: AsKey<F>, F>(
    bounds: Result<IndexBounds, ValueError>,
    value: &K,
    inclusive: bool,
) -> Result<IndexBounds, ValueError> {
    edit(bounds, value, |bounds, key| {
        bounds.lower = Some(KeyBound { key, inclusive });
    })
}

fn upper<K: AsKey<F>, F>(
    bounds: Result<IndexBounds, ValueError>,
    value: &K,
    inclusive: bool,
) -> Result<IndexBounds, ValueError> {
    edit(bounds, value, |bounds, key| {
        bounds.upper = Some(KeyBound { key, inclusive });
    })
}

/// The index has a field after those that are compared already. No type implements it: see [`EqualitiesFirst`].
#[diagnostic::on_unimplemented(
    message = "this index has no further field to compare",
    label = "all of its fields are compared already, or the last one has its bounds",
    note = "an index `by_x(a, b)` takes a range on `a`, or an equality on `a` and a range on `b`"
)]
pub trait FurtherField {}

/// Equalities stand before bounds. No type implements it: it is the bound of hidden methods, so that the compiler says
/// this and not that a range is no iterator.
#[diagnostic::on_unimplemented(
    message = "a range has its equalities first and one lower bound at most",
    label = "this cannot follow `gt` or `gte`; `lt` and `lte` can",
    note = "write `.eq(..)` for the first fields of the index, then bounds on the next one"
)]
pub trait EqualitiesFirst {}

macro_rules! blocked {
    ($bound:ident: $(<$($param:ident),+> $type:ty = $all:ty { $($method:ident)+ })+) => {$(
        impl<$($param),+> $type {$(
            #[doc(hidden)]
            pub fn $method<V>(self, _value: V) -> Self
            where
                ($all, V): $bound,
            {
                self
            }
        )+}
    )+};
}
blocked!(FurtherField: <T> Range<T, ()> = T { eq gt gte lt lte } <T> Done<T> = T { eq gt gte lt lte });
blocked!(EqualitiesFirst: <T, F> Lower<T, F> = (T, F) { eq gt gte });

/// A range over an index of table `T`, in any stage of building.
#[diagnostic::on_unimplemented(
    message = "this range is not one of table `{T}`",
    label = "not a range over an index of `{T}`",
    note = "start from an index of the table that is queried: `{T}::by_..()`"
)]
pub trait IndexRange<T> {
    /// The range without its types.
    fn into_bounds(self) -> Result<IndexBounds, ValueError>;
}
#[diagnostic::do_not_recommend]
impl<T, F> IndexRange<T> for Range<T, F> {
    fn into_bounds(self) -> Result<IndexBounds, ValueError> {
        self.bounds
    }
}
#[diagnostic::do_not_recommend]
impl<T, F> IndexRange<T> for Lower<T, F> {
    fn into_bounds(self) -> Result<IndexBounds, ValueError> {
        self.bounds
    }
}
#[diagnostic::do_not_recommend]
impl<T> IndexRange<T> for Done<T> {
    fn into_bounds(self) -> Result<IndexBounds, ValueError> {
        self.bounds
    }
}

impl<T, F> fmt::Debug for Range<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bounds.fmt(f)
    }
}
impl<T, F> fmt::Debug for Lower<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bounds.fmt(f)
    }
}
impl<T> fmt::Debug for Done<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bounds.fmt(f)
    }
}

/// Changes to some fields of a document; the typed setters that `#[table]` makes fill it.
pub struct Patch<T> {
    changes: Result<Vec<(&'static str, Option<Value>)>, ValueError>,
    table: PhantomData<fn() -> T>,
}

impl<T> Patch<T> {
    /// Changes nothing.
    pub const fn new() -> Self {
        Self {
            changes: Ok(Vec::new()),
            table: PhantomData,
        }
    }

    /// Sets the field with this wire name to what `write` serializes.
    #[must_use]
    pub fn set_with(
        mut self,
        name: &'static str,
        write: impl FnOnce(ValueSerializer<'_>) -> Result<Value, ValueError>,
    ) -> Self {
        self.changes = self.changes.and_then(|mut changes| {
            changes.push((name, field_with(write).map_err(|error| error.in_field(name))?));
            Ok(changes)
        });
        self
    }

    /// Sets the field with this wire name.
    #[must_use]
    pub fn set<V: Serialize>(self, name: &'static str, value: &V) -> Self {
        self.set_with(name, |serializer| value.serialize(serializer))
    }

    /// Sets a field that `T` has told about. The field's type travels if `T` compiles, so nothing is asked for here.
    #[doc(hidden)]
    #[must_use]
    pub fn __set<const HASH: u64>(self, value: &T::Plain) -> Self
    where
        T: HasField<HASH>,
    {
        self.set(T::NAME, value)
    }

    /// Removes the field with this wire name.
    #[must_use]
    pub fn unset(mut self, name: &'static str) -> Self {
        if let Ok(changes) = &mut self.changes {
            changes.push((name, None));
        }
        self
    }

    /// The changes in the order they were made, by wire name; `None` removes the field.
    pub fn into_changes(self) -> Result<Vec<(&'static str, Option<Value>)>, ValueError> {
        self.changes
    }
}

/// Changes to documents of table `T`.
#[diagnostic::on_unimplemented(
    message = "these are not changes to table `{T}`",
    label = "`{Self}` changes something else",
    note = "start from the table of the id: `{T}::patch()`"
)]
pub trait IntoPatch<T> {
    /// The changes.
    fn into_patch(self) -> Patch<T>;
}
#[diagnostic::do_not_recommend]
impl<T> IntoPatch<T> for Patch<T> {
    fn into_patch(self) -> Self {
        self
    }
}

impl<T> Default for Patch<T> {
    fn default() -> Self {
        Self::new()
    }
}
impl<T> fmt::Debug for Patch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.fmt(f)
    }
}
