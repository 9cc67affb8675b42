//! The tables of an application, as they are handed to [`Database::open`](super::Database::open).

use std::collections::HashMap;

use lunora_core::{
    id::TableTag,
    shape::Shapes,
    table::{BY_CREATION_TIME, BY_ID, IndexSpec, Table},
    value::{Value, ValueError, from_value_ref, to_value},
};

use super::{document::field, keys::SYSTEM};

/// One table: its name, its indexes and the type of its documents.
#[derive(Debug, Clone)]
pub struct TableSchema {
    /// Name on the wire and on disk.
    pub name: &'static str,
    /// What stands for the name in ids and keys.
    pub tag: TableTag,
    /// Its indexes, besides the two that every table has.
    pub indexes: Vec<IndexSpec>,
    /// The shape of its documents as text; when it changes, stored documents are checked at the start.
    pub fingerprint: String,
    /// Whether a document is one of the table's type.
    pub decodes: fn(Value) -> Result<(), ValueError>,
}

/// Whether a stored document is one of `T`, and its indexes have it under the values that it is read as: not so where a plain
/// number, as it was written by an earlier version, is read as a bigint.
fn decodes<T: Table>(stored: Value) -> Result<(), ValueError> {
    let read = from_value_ref::<T>(&stored)?;
    // What cannot be written again, as a variant that is only read any more, is compared with nothing.
    let Ok(written) = to_value(&read) else {
        return Ok(());
    };
    let mut paths = T::INDEXES.iter().flat_map(|index| index.fields);
    paths.try_for_each(|path| match (at(&stored, path), at(&written, path)) {
        (Some(stored @ Value::Float64(_)), Some(written @ Value::Int64(_))) => {
            let (wanted, got) = (written.kind_name(), stored.kind_name());
            let error = ValueError::new(format!("expected {wanted}, got {got}"));
            Err(path.iter().rev().fold(error, |error, name| error.in_field(name)))
        }
        _ => Ok(()),
    })
}

/// What an index has of a document.
fn at<'a>(document: &'a Value, path: &[&str]) -> Option<&'a Value> {
    field(document.as_object()?, path)
}

impl TableSchema {
    /// The schema of `T`.
    pub fn of<T: Table>(shapes: &mut Shapes) -> Self {
        let shape = T::shape(shapes);
        Self {
            name: T::NAME,
            tag: TableTag::of(T::NAME),
            indexes: T::INDEXES.to_vec(),
            fingerprint: shapes.canonical(&shape),
            decodes: decodes::<T>,
        }
    }

    /// The table is one of the system's own: its name begins with `_`. Applications have no such tables.
    pub fn is_system(&self) -> bool {
        self.name.starts_with('_')
    }
}

/// All tables of an application, checked against each other.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    pub(super) tables: Vec<TableSchema>,
}

/// Why tables do not make a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// A name that is not an identifier.
    #[error("table `{0}`: a name is a letter and then letters, digits and `_`, at most 64 bytes")]
    TableName(&'static str),
    /// Two tables of one name.
    #[error("there are two tables `{0}`")]
    DuplicateTable(&'static str),
    /// Two names whose ids cannot be told apart.
    #[error("the tables `{0}` and `{1}` have the same hash, so their ids cannot be told apart: rename one")]
    TagCollision(&'static str, &'static str),
    /// A table whose ids the system needs for itself.
    #[error("the name `{0}` hashes to what the system uses itself: rename the table")]
    ReservedTag(&'static str),
    /// Two indexes of one name, or one named like those that every table has.
    #[error("table `{table}` has two indexes `{index}`")]
    DuplicateIndex {
        /// Name of the table.
        table: &'static str,
        /// Name of the index.
        index: &'static str,
    },
    /// An index without fields, or with a path without names.
    #[error("index `{index}` of table `{table}` names no field")]
    EmptyIndex {
        /// Name of the table.
        table: &'static str,
        /// Name of the index.
        index: &'static str,
    },
}

impl Schema {
    /// Checks names, their hashes and the indexes.
    pub fn new(tables: Vec<TableSchema>) -> Result<Self, SchemaError> {
        let mut tags = HashMap::new();
        for table in &tables {
            check_name(table)?;
            check_indexes(table)?;
            match tags.insert(table.tag, table.name) {
                None => {}
                Some(other) if other == table.name => return Err(SchemaError::DuplicateTable(other)),
                Some(other) => return Err(SchemaError::TagCollision(other, table.name)),
            }
        }
        Ok(Self { tables })
    }

    /// The tables.
    pub fn tables(&self) -> &[TableSchema] {
        &self.tables
    }
}

fn check_name(table: &TableSchema) -> Result<(), SchemaError> {
    let letters = table.name.strip_prefix('_').unwrap_or(table.name);
    let is_identifier = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if table.name.len() > 64 || !is_identifier(letters) {
        return Err(SchemaError::TableName(table.name));
    }
    if table.tag == SYSTEM {
        Err(SchemaError::ReservedTag(table.name))
    } else {
        Ok(())
    }
}

fn check_indexes(table: &TableSchema) -> Result<(), SchemaError> {
    let mut names = vec![BY_CREATION_TIME, BY_ID];
    for index in &table.indexes {
        let (table, index, fields) = (table.name, index.name, index.fields);
        if names.contains(&index) {
            return Err(SchemaError::DuplicateIndex { table, index });
        }
        if fields.is_empty() || fields.iter().any(|path| path.is_empty()) {
            return Err(SchemaError::EmptyIndex { table, index });
        }
        names.push(index);
    }
    Ok(())
}
