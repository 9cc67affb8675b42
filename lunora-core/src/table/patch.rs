//! Patches: changes to some fields.

use std::{fmt, marker::PhantomData};

use serde::Serialize;

use crate::{
    fields::HasField,
    value::{Value, ValueError, ValueSerializer, field_with},
};

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
