//! One version of a document, as it is stored.

use std::cell::RefCell;

use lunora_core::{
    document::{decode_object, encode_object},
    id::DocumentId,
    value::{MAX_NESTING, Object, Value, ValueError, check_field_name},
};

use super::error::CorruptReason;
use crate::store::Payload;

const TIME_BYTES: usize = 8;

/// What a thread keeps for encoding documents.
const MAX_DRAFT: usize = 64 << 10;

/// A document with its fields decoded and its stored bytes: creation time, then the fields.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredDocument {
    /// Its id.
    pub id: DocumentId,
    /// When it was inserted, in milliseconds since 1970.
    pub creation_time: f64,
    /// Its fields, without id and creation time.
    pub fields: Object,
    pub(super) payload: Payload,
}

impl StoredDocument {
    pub(super) fn encode(id: DocumentId, creation_time: f64, fields: Object) -> Self {
        let payload = encoded(creation_time, &fields);
        Self {
            id,
            creation_time,
            fields,
            payload,
        }
    }

    /// The stored bytes of the fields as they are now.
    pub(super) fn encoded(&self) -> Payload {
        encoded(self.creation_time, &self.fields)
    }

    pub(super) fn decode(id: DocumentId, payload: Payload) -> Result<Self, CorruptReason> {
        let (time, fields) = payload
            .split_first_chunk::<TIME_BYTES>()
            .ok_or(CorruptReason::Truncated)?;
        let (creation_time, fields) = (f64::from_be_bytes(*time), decode_object(fields)?);
        Ok(Self {
            id,
            creation_time,
            fields,
            payload,
        })
    }

    /// Bytes of its stored encoding, which is what limits count.
    pub fn bytes(&self) -> u64 {
        self.payload.len() as u64
    }
}

fn encoded(creation_time: f64, fields: &Object) -> Payload {
    thread_local! {
        /// Documents lie in memory for long, so they get no byte more than they need.
        static DRAFT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    DRAFT.with_borrow_mut(|draft| {
        draft.clear();
        draft.extend_from_slice(&creation_time.to_be_bytes());
        encode_object(fields, draft);
        let payload = Payload::from(&draft[..]);
        draft.shrink_to(MAX_DRAFT);
        payload
    })
}

/// The value at a path of field names; `None` if there is none.
pub(super) fn field<'a>(fields: &'a Object, path: &[&str]) -> Option<&'a Value> {
    let (name, rest) = path.split_first()?;
    let value = fields.get(name)?;
    if rest.is_empty() {
        Some(value)
    } else {
        field(value.as_object()?, rest)
    }
}

/// Checks that `fields` can be stored: names, also of nested objects, and nesting. `_` begins the system's own fields.
pub(super) fn check_fields(fields: &Object) -> Result<(), ValueError> {
    for (name, value) in fields {
        check_field(name, value)?;
    }
    Ok(())
}

/// The same for one field of a document.
pub(super) fn check_field(name: &str, value: &Value) -> Result<(), ValueError> {
    if name.starts_with('_') {
        return Err(
            ValueError::new("names of fields that start with `_` belong to the system").in_field(name),
        );
    }
    check_name(name)?;
    check_value(value, 1).map_err(|error| error.in_field(name))
}

fn check_name(name: &str) -> Result<(), ValueError> {
    check_field_name(name).map_err(|error| ValueError::new(error.to_string()))
}

fn check_value(value: &Value, depth: usize) -> Result<(), ValueError> {
    match value {
        Value::Array(_) | Value::Object(_) if depth >= MAX_NESTING => Err(ValueError::new(format!(
            "nested deeper than {MAX_NESTING} levels"
        ))),
        Value::Array(items) => items.iter().try_for_each(|item| check_value(item, depth + 1)),
        Value::Object(object) => object.iter().try_for_each(|(name, value)| {
            check_name(name)?;
            check_value(value, depth + 1).map_err(|error| error.in_field(name))
        }),
        _ => Ok(()),
    }
}
