//! From what a query names to the keys that it reads.

use lunora_core::{
    id::{DocumentId, RANDOM_BYTES},
    key::encode_key_part,
    table::{BY_CREATION_TIME, BY_ID, IndexBounds, KeyBound},
    value::Value,
};

use super::{error::UnknownIndex, index::Index, keys, tables::ResolvedTable};
use crate::store::{Direction, Key, KeyRange};

/// The order of a query's rows, by its index and then by creation time and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Smallest first.
    #[default]
    Asc,
    /// Greatest first.
    Desc,
}

impl From<Order> for Direction {
    fn from(order: Order) -> Self {
        match order {
            Order::Asc => Self::Ascending,
            Order::Desc => Self::Descending,
        }
    }
}

/// What a scan runs over.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    /// The documents themselves, by id.
    Documents,
    /// The entries of an index.
    Index(Index),
}

/// The unique index, and what its entry begins with, if `bounds` name one value of such an index: then there is one entry
/// at most.
pub(super) fn one_value(table: &ResolvedTable, bounds: &IndexBounds) -> Option<(Index, Key)> {
    if bounds.lower.is_some() || bounds.upper.is_some() {
        return None;
    }
    let index = table.index(bounds.index)?;
    if !index.spec.unique || bounds.equal.len() != index.spec.fields.len() {
        return None;
    }
    let mut value = keys::index_prefix(index.table, index.number);
    for part in &bounds.equal {
        encode_key_part(part.as_ref(), &mut value);
    }
    Some((index, value.into()))
}

/// The source and the keys that `bounds` means; without bounds the whole table by creation time.
pub(super) fn resolve(
    table: &ResolvedTable,
    bounds: Option<&IndexBounds>,
) -> Result<(Source, KeyRange), UnknownIndex> {
    let Some(bounds) = bounds else {
        let index = table.by_creation_time();
        return Ok((Source::Index(index), index.all()));
    };
    let unknown = || UnknownIndex {
        table: table.schema.name,
        index: bounds.index.to_owned(),
    };
    if bounds.index == BY_ID {
        let keys = Keys {
            prefix: keys::document_prefix(table.schema.tag),
            fields: 1,
            part: id_part,
        };
        return Ok((Source::Documents, key_range(keys, bounds).ok_or_else(unknown)?));
    }
    let index = table.index(bounds.index).ok_or_else(unknown)?;
    let range = key_range(Keys::of(index), bounds).ok_or_else(unknown)?;
    Ok((Source::Index(index), range))
}

/// How the keys of a source are put together.
struct Keys {
    prefix: Vec<u8>,
    /// How many fields a range can name.
    fields: usize,
    part: fn(Option<&Value>, &mut Vec<u8>),
}

impl Keys {
    fn of(index: Index) -> Self {
        let prefix = keys::index_prefix(index.table, index.number);
        if index.spec.name == BY_CREATION_TIME {
            return Self {
                prefix,
                fields: 1,
                part: creation_time_part,
            };
        }
        Self {
            prefix,
            fields: index.spec.fields.len(),
            part: encode_key_part,
        }
    }
}

/// `None` when the range names more fields than there are.
fn key_range(
    Keys {
        mut prefix,
        fields,
        part,
    }: Keys,
    bounds: &IndexBounds,
) -> Option<KeyRange> {
    for value in &bounds.equal {
        part(value.as_ref(), &mut prefix);
    }
    let named = bounds.equal.len() + usize::from(bounds.lower.is_some() || bounds.upper.is_some());
    if named > fields {
        return None;
    }
    let end_of = |bound: &KeyBound| {
        let mut key = prefix.clone();
        part(bound.key.as_ref(), &mut key);
        key
    };
    let start = match &bounds.lower {
        None => Some(Key::from(&prefix[..])),
        Some(bound) if bound.inclusive => Some(end_of(bound).into()),
        Some(bound) => keys::above_prefix(&end_of(bound)),
    };
    let end = match &bounds.upper {
        None => keys::above_prefix(&prefix),
        Some(bound) if bound.inclusive => keys::above_prefix(&end_of(bound)),
        Some(bound) => Some(end_of(bound).into()),
    };
    Some(ordered(start, end))
}

/// A range whose ends are the wrong way round holds nothing; everything below may rely on `start <= end`.
fn ordered(start: Option<Key>, end: Option<Key>) -> KeyRange {
    match (start, end) {
        (None, end) => KeyRange {
            start: end.clone().unwrap_or_default(),
            end,
        },
        (Some(start), Some(end)) if end < start => KeyRange {
            start: end.clone(),
            end: Some(end),
        },
        (Some(start), end) => KeyRange { start, end },
    }
}

/// Documents lie by the random part of their id; whatever is no id stands below or above all of them.
fn id_part(value: Option<&Value>, out: &mut Vec<u8>) {
    let id = value
        .and_then(Value::as_str)
        .and_then(|text| text.parse::<DocumentId>().ok());
    match (id, value) {
        (Some(id), _) => out.extend_from_slice(&id.random),
        (None, None | Some(Value::Null)) => out.extend_from_slice(&[0; RANDOM_BYTES]),
        (None, Some(_)) => out.extend_from_slice(&[u8::MAX; RANDOM_BYTES]),
    }
}

/// Creation times lie in entries without a tag; whatever is no number stands below or above all of them.
fn creation_time_part(value: Option<&Value>, out: &mut Vec<u8>) {
    match value {
        Some(Value::Float64(time)) => out.extend_from_slice(&keys::ordered_time(*time)),
        None | Some(Value::Null | Value::Int64(_)) => out.extend_from_slice(&[0; 8]),
        Some(_) => out.extend_from_slice(&[u8::MAX; 8]),
    }
}
