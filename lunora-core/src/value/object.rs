//! An object: a small map from names to values, sorted by name.

use smol_str::SmolStr;

use super::Value;

/// The name of a field. The usual ones lie within: to read or copy a document touches one piece of memory.
pub(crate) type FieldName = SmolStr;

/// So many names are compared one by one: two that differ mostly differ in length, which a search by order cannot use.
const FEW: usize = 8;

/// Named values, sorted by name.
///
/// A sorted list rather than a tree: most objects have a handful of fields, are built once and are then read in order.
///
/// ```
/// use lunora_core::{Object, Value};
///
/// let object = Object::from_iter([("b", 2.0), ("a", 1.0)]);
/// assert_eq!(object.get("a"), Some(&Value::Float64(1.0)));
/// assert_eq!(object.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "b"]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    /// Strictly increasing by name.
    entries: Vec<(FieldName, Value)>,
}

impl Object {
    /// An object without fields.
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// An object of these fields in any order; of several with one name the last wins.
    pub(crate) fn from_entries(mut entries: Vec<(FieldName, Value)>) -> Self {
        if !entries.is_sorted_by(|(left, _), (right, _)| left < right) {
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            // The later of two equal names moves into the place of the earlier one, which is the one that is kept.
            entries.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    std::mem::swap(later, kept);
                }
                same
            });
        }
        Self { entries }
    }

    /// The fields, sorted by name.
    pub(crate) fn into_entries(self) -> Vec<(FieldName, Value)> {
        self.entries
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        if self.entries.len() <= FEW {
            let mut entries = self.entries.iter();
            return entries.find(|(other, _)| other == name).map(|(_, value)| value);
        }
        let position = self.position(name).ok()?;
        Some(&self.entries[position].1)
    }

    /// The value of a field, to be changed in place.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        if self.entries.len() <= FEW {
            let mut entries = self.entries.iter_mut();
            return entries.find(|(other, _)| other == name).map(|(_, value)| value);
        }
        let position = self.position(name).ok()?;
        Some(&mut self.entries[position].1)
    }

    /// Whether there is a field of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a field and returns its former value.
    ///
    /// The name is not checked here; see [`check_field_name`](super::check_field_name).
    pub fn insert(&mut self, name: impl AsRef<str>, value: impl Into<Value>) -> Option<Value> {
        let (name, value) = (name.as_ref(), value.into());
        match self.position(name) {
            Ok(position) => Some(std::mem::replace(&mut self.entries[position].1, value)),
            Err(position) => {
                self.entries.insert(position, (name.into(), value));
                None
            }
        }
    }

    /// Removes a field and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let position = self.position(name).ok()?;
        Some(self.entries.remove(position).1)
    }

    /// The fields, sorted by name.
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            entries: self.entries.iter(),
        }
    }

    /// The number of fields.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Where the field is, or where it would have to go.
    fn position(&self, name: &str) -> Result<usize, usize> {
        self.entries
            .binary_search_by(|(candidate, _)| candidate.as_str().cmp(name))
    }
}

/// The fields of an [`Object`], sorted by name.
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    entries: std::slice::Iter<'a, (FieldName, Value)>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.entries.next().map(|(name, value)| (name.as_str(), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Object {
    type Item = (&'a str, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The fields of an [`Object`] that is given up, sorted by name.
#[derive(Debug)]
pub struct IntoIter {
    entries: std::vec::IntoIter<(FieldName, Value)>,
}

impl Iterator for IntoIter {
    type Item = (String, Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.entries.next().map(|(name, value)| (name.into(), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl ExactSizeIterator for IntoIter {}

impl IntoIterator for Object {
    type Item = (String, Value);
    type IntoIter = IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        IntoIter {
            entries: self.entries.into_iter(),
        }
    }
}

impl<K: AsRef<str>, V: Into<Value>> FromIterator<(K, V)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(fields: I) -> Self {
        Self::from_entries(
            fields
                .into_iter()
                .map(|(name, value)| (name.as_ref().into(), value.into()))
                .collect(),
        )
    }
}

impl<K: AsRef<str>, V: Into<Value>> Extend<(K, V)> for Object {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, fields: I) {
        let mut entries = std::mem::take(&mut self.entries);
        entries.extend(
            fields
                .into_iter()
                .map(|(name, value)| (name.as_ref().into(), value.into())),
        );
        *self = Self::from_entries(entries);
    }
}
