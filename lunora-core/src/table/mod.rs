//! Tables, documents, index ranges and patches, as the types that `#[table]` fills in.

mod patch;
mod range;

use std::{fmt, ops::Deref};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    id::Id,
    shape::Shape,
    value::{Object, Value, from_value},
};

pub use self::{
    patch::{IntoPatch, Patch},
    range::{AsKey, Done, EqualitiesFirst, FurtherField, IndexBounds, IndexRange, KeyBound, Lower, Range},
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
