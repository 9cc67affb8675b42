//! Index ranges: the types of the fields that are left decide what may come next.

use std::{fmt, marker::PhantomData};

use serde::Serialize;

use crate::value::{Value, ValueError, to_field};

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

// Methods that exist only to say why they do not. Each is written out, and here: otherwise the name of a macro or of
// another module would stand in the message.

#[doc(hidden)]
#[allow(missing_docs, reason = "hidden")]
impl<T> Range<T, ()> {
    pub fn eq<V>(self, _value: V) -> Self
    where
        (T, V): FurtherField,
    {
        self
    }

    pub fn gt<V>(self, _value: V) -> Self
    where
        (T, V): FurtherField,
    {
        self
    }

    pub fn gte<V>(self, _value: V) -> Self
    where
        (T, V): FurtherField,
    {
        self
    }

    pub fn lt<V>(self, _value: V) -> Self
    where
        (T, V): FurtherField,
    {
        self
    }

    pub fn lte<V>(self, _value: V) -> Self
    where
        (T, V): FurtherField,
    {
        self
    }
}

#[doc(hidden)]
#[allow(missing_docs, reason = "hidden")]
impl<T> Done<T> {
    pub fn eq<V>(self, _value: V) -> Self
    where
        (T, V): FurtherField,
    {
        self
    }

    pub fn gt<V>(self, _value: V) -> Self
    where
        (T, V): FurtherField,
    {
        self
    }

    pub fn gte<V>(self, _value: V) -> Self
    where
        (T, V): FurtherField,
    {
        self
    }

    pub fn lt<V>(self, _value: V) -> Self
    where
        (T, V): FurtherField,
    {
        self
    }

    pub fn lte<V>(self, _value: V) -> Self
    where
        (T, V): FurtherField,
    {
        self
    }
}

#[doc(hidden)]
#[allow(missing_docs, reason = "hidden")]
impl<T, F> Lower<T, F> {
    pub fn eq<V>(self, _value: V) -> Self
    where
        ((T, F), V): EqualitiesFirst,
    {
        self
    }

    pub fn gt<V>(self, _value: V) -> Self
    where
        ((T, F), V): EqualitiesFirst,
    {
        self
    }

    pub fn gte<V>(self, _value: V) -> Self
    where
        ((T, F), V): EqualitiesFirst,
    {
        self
    }
}
