//! What a table and its indexes must keep. Nothing here quotes.

use proc_macro2::Ident;

use super::model::{FieldPath, Index, Table};
use crate::{
    data::model::{Body, Field, Fields, Style},
    errors::Errors,
    names::{plain, wire_name_problem},
};

/// Names of what every table has.
pub(crate) const RESERVED: [&str; 3] = ["by_id", "by_creation_time", "patch"];

/// Checks what `#[data]` alone does not ask for.
pub(crate) fn table(table: &Table, errors: &mut Errors) {
    if let Some(name) = &table.name
        && let Some(problem) = wire_name_problem(&name.value())
    {
        errors.add(name, problem);
    }
    let Some(fields) = named_fields(table, errors) else {
        return;
    };
    let parameters = &table.data.generics.params;
    if !parameters.is_empty() {
        errors.add(
            parameters,
            "a table is one type of document and cannot be generic",
        );
    }
    for field in fields
        .travelling()
        .filter(|field| field.wire_name.starts_with('_'))
    {
        let message =
            "fields that start with `_` belong to Lunora (`_id`, `_creationTime`); choose another name";
        match &field.serde.rename {
            Some(rename) => errors.add(rename, message),
            None => errors.add(&field.name, message),
        }
    }
    for (at, index) in table.indexes.iter().enumerate() {
        name_is_free(index, &table.indexes[..at], errors);
        index
            .fields
            .iter()
            .for_each(|path| field_of_index(path, table, fields, errors));
    }
}

fn named_fields<'a>(table: &'a Table, errors: &mut Errors) -> Option<&'a Fields> {
    let container = &table.data.container;
    match &table.data.body {
        Body::Struct(fields) if fields.style == Style::Named => {
            if container.transparent || container.from.is_some() {
                let message = "a document has the fields of its struct: `transparent`, `from` and `into` cannot stand here";
                errors.add(&table.data.name, message);
            }
            Some(fields)
        }
        _ => {
            let name = &table.data.name;
            errors.add(
                name,
                format!("a table is a struct with named fields: `struct {name} {{ .. }}`"),
            );
            None
        }
    }
}

fn name_is_free(index: &Index, before: &[Index], errors: &mut Errors) {
    let name = &index.name;
    if RESERVED.iter().any(|reserved| name == reserved) {
        errors.add(
            name,
            format!("every table has `{name}` already; choose another name"),
        );
    }
    if before.iter().any(|other| other.name == *name) {
        errors.add(name, format!("another index is called `{name}`; rename one"));
    } else if let Some(other) = before.iter().find(|other| other.fields == index.fields) {
        let message = format!(
            "`{}` has the same fields in the same order; keep one of the two",
            other.name
        );
        errors.add(name, message);
    }
    if index.fields.is_empty() {
        errors.add(name, "an index needs at least one field: `name(field)`");
    }
    for (at, path) in index.fields.iter().enumerate() {
        if index.fields[..at].contains(path) {
            errors.add(&path.first, "this field stands in the index already; remove one");
        }
    }
}

fn field_of_index(path: &FieldPath, table: &Table, fields: &Fields, errors: &mut Errors) {
    let found = fields
        .list
        .iter()
        .find(|field| field.name.as_ref() == Some(&path.first));
    match found {
        None => {
            let message = format!(
                "`{}` has no field `{}`; {}",
                table.data.name,
                path.first,
                those(fields)
            );
            errors.add(&path.first, message);
        }
        Some(field) if !field.is_plain() => errors.add(&path.first, not_as_is(field, &path.first)),
        Some(_) => {}
    }
}

fn those(fields: &Fields) -> String {
    let names: Vec<_> = fields
        .list
        .iter()
        .filter_map(|field| field.name.as_ref())
        .map(plain)
        .collect();
    if names.is_empty() {
        "it has none".to_owned()
    } else {
        format!("it has `{}`", names.join("`, `"))
    }
}

fn not_as_is(field: &Field, name: &Ident) -> String {
    if field.serde.with.is_some() {
        return format!(
            "an index compares what is stored, and `with` stores `{name}` in another form than its type has: put the \
             attribute into a `#[data]` newtype (`struct Cents(#[serde(with = \"lunora::number\")] i64)`) and make \
             that the field's type"
        );
    }
    if field.serde.flatten {
        return format!(
            "`{name}` is flattened, so it is no field of the document; write the fields out to index one"
        );
    }
    format!("`{name}` is not stored, because serde skips it")
}
