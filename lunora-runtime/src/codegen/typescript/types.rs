//! Shapes as TypeScript types.

use std::collections::{BTreeMap, BTreeSet};

use lunora_core::{
    pagination::row_of_page,
    shape::{Definition, Field, Node},
};

use super::{super::names::Names, docs::comment};
use crate::functions::PublicInterface;

/// Names that a type of the user's would hide from the generated code, or that TypeScript refuses.
const RESERVED: [&str; 42] = [
    "any",
    "api",
    "Array",
    "ArrayBuffer",
    "bigint",
    "boolean",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "Doc",
    "Documents",
    "enum",
    "export",
    "extends",
    "false",
    "for",
    "function",
    "FunctionReference",
    "GenericId",
    "Id",
    "if",
    "import",
    "in",
    "interface",
    "never",
    "new",
    "null",
    "number",
    "object",
    "PaginationOptions",
    "PaginationResult",
    "Record",
    "string",
    "symbol",
    "TableNames",
    "true",
    "typeof",
    "undefined",
    "unknown",
    "void",
];

/// Longest object that stands on one line.
const LINE: usize = 80;

/// The types of an interface, by the names that they have in TypeScript.
#[derive(Debug)]
pub(super) struct Types<'a> {
    interface: &'a PublicInterface,
    names: Names,
}

impl<'a> Types<'a> {
    pub(super) fn new(interface: &'a PublicInterface) -> Self {
        let mut names = Names::new(&RESERVED);
        for (name, definition) in interface.shapes().definitions() {
            let wanted = match &definition.document {
                Some(document) => format!("{}Doc", of_fields(&document.fields, document.table)),
                None => name.clone(),
            };
            names.give(name, &wanted);
        }
        Self { interface, names }
    }

    /// The type of `node`, whose further lines start with `indent`.
    pub(super) fn of(&self, node: &Node, indent: &str) -> String {
        if self.interface.is_pagination_options(node) {
            return "PaginationOptions".to_owned();
        }
        if let Some(row) = row_of_page(node) {
            return format!("PaginationResult<{}>", self.of(row, indent));
        }
        match node {
            Node::Null => "null".to_owned(),
            Node::Boolean => "boolean".to_owned(),
            Node::Float64 | Node::Integer { .. } => "number".to_owned(),
            Node::Int64 { .. } => "bigint".to_owned(),
            Node::String => "string".to_owned(),
            Node::Bytes => "ArrayBuffer".to_owned(),
            Node::Id { table } => format!("Id<{table:?}>"),
            Node::Literal { value } => quoted(value),
            Node::Array { element } => format!("Array<{}>", self.of(element, indent)),
            Node::Tuple { elements } => format!("[{}]", self.all(elements, ", ", indent)),
            Node::Record { value } => format!("{{ [key: string]: {} }}", self.of(value, indent)),
            Node::Object { fields, rest } => self.object(fields, rest.as_deref(), indent),
            Node::Union { alternatives } if alternatives.is_empty() => "never".to_owned(),
            Node::Union { alternatives } => self.all(alternatives, " | ", indent),
            Node::Named { name } => self.names.of(name).to_owned(),
            // `Any`, and what there may be one day.
            _ => "any".to_owned(),
        }
    }

    fn all(&self, nodes: &[Node], separator: &str, indent: &str) -> String {
        let mut texts: Vec<_> = nodes.iter().map(|node| self.of(node, indent)).collect();
        if separator.contains('|') {
            let mut seen = BTreeSet::new();
            texts.retain(|text| seen.insert(text.clone()));
        }
        texts.join(separator)
    }

    /// An object: on one line if it fits there and has nothing to explain.
    fn object(&self, fields: &[Field], rest: Option<&Node>, indent: &str) -> String {
        let rest = rest.map(|rest| self.rest(fields, rest, indent));
        let plain = fields.iter().all(|field| field.docs.is_empty());
        let line: Vec<_> = fields
            .iter()
            .map(|field| self.field(field, indent))
            .chain(rest.clone())
            .collect();
        let line = line.join("; ");
        if plain && line.len() <= LINE && !line.contains('\n') {
            return if line.is_empty() {
                EMPTY.to_owned()
            } else {
                format!("{{ {line} }}")
            };
        }
        format!("{{\n{}{indent}}}", self.members(fields, rest, indent))
    }

    /// The fields, a line each.
    fn members(&self, fields: &[Field], rest: Option<String>, indent: &str) -> String {
        let inner = format!("{indent}  ");
        let fields = fields
            .iter()
            .map(|field| comment(field.docs, &inner) + &format!("{inner}{};\n", self.field(field, &inner)));
        let rest = rest.map(|rest| format!("{inner}{rest};\n"));
        fields.chain(rest).collect()
    }

    fn field(&self, field: &Field, indent: &str) -> String {
        let mark = if field.optional { "?" } else { "" };
        format!("{}{mark}: {}", key(field.name), self.of(&field.shape, indent))
    }

    /// The further fields. TypeScript wants the type of the known ones to be among theirs.
    fn rest(&self, fields: &[Field], rest: &Node, indent: &str) -> String {
        let known = fields.iter().map(|field| self.of(&field.shape, indent));
        let absent = fields
            .iter()
            .any(|field| field.optional)
            .then(|| "undefined".to_owned());
        let mut types = vec![self.of(rest, indent)];
        for ty in known.chain(absent) {
            if !types.contains(&ty) && types[0] != "any" {
                types.push(ty);
            }
        }
        format!("[key: string]: {}", types.join(" | "))
    }

    /// The declaration of a named type.
    pub(super) fn declaration(&self, name: &str, definition: &Definition) -> String {
        let (docs, name) = (comment(definition.docs, ""), self.names.of(name));
        match &definition.shape {
            node @ Node::Object { fields, rest } if row_of_page(node).is_none() => {
                let rest = rest.as_deref().map(|rest| self.rest(fields, rest, ""));
                format!(
                    "{docs}export interface {name} {{\n{}}}\n",
                    self.members(fields, rest, "")
                )
            }
            Node::Union { alternatives } => self.union(&docs, name, alternatives),
            node => format!("{docs}export type {name} = {};\n", self.of(node, "")),
        }
    }

    /// A union: on one line if it fits there.
    fn union(&self, docs: &str, name: &str, alternatives: &[Node]) -> String {
        let line = self.all(alternatives, " | ", "");
        if line.len() <= LINE && !line.contains('\n') {
            return format!("{docs}export type {name} = {line};\n");
        }
        let lines = self.all(alternatives, "\n  | ", "    ");
        format!("{docs}export type {name} =\n  | {lines};\n")
    }

    /// The named types that are declared: those that `nodes` speak of, directly or not.
    pub(super) fn declared<'n>(
        &self,
        nodes: impl Iterator<Item = &'n Node>,
    ) -> BTreeMap<&'a str, &'a Definition> {
        let nodes: Vec<_> = nodes.collect();
        let shapes = self.interface.shapes();
        let definitions = shapes
            .definitions()
            .iter()
            .map(|(name, definition)| (name.as_str(), definition));
        definitions
            .filter(|(name, _)| {
                !self.interface.is_pagination_options(&Node::Named {
                    name: (*name).to_owned(),
                })
            })
            .filter(|(name, _)| nodes.iter().any(|node| shapes.mentions(node, name)))
            .collect()
    }

    /// The name of a type in TypeScript.
    pub(super) fn name<'n>(&'n self, name: &'n str) -> &'n str {
        self.names.of(name)
    }
}

/// The object that has no field, as the npm client spells it: `{}` would take any.
const EMPTY: &str = "Record<string, never>";

/// Name of the fields of a document.
fn of_fields<'n>(fields: &'n Node, table: &'n str) -> &'n str {
    match fields {
        Node::Named { name } => name,
        _ => table,
    }
}

/// A name in front of a colon.
pub(super) fn key(name: &str) -> String {
    let legal = |character: char| matches!(character, '_' | '$') || character.is_ascii_alphanumeric();
    let plain = name.chars().all(legal)
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty();
    if plain { name.to_owned() } else { quoted(name) }
}

/// A string literal.
pub(super) fn quoted(text: &str) -> String {
    // JSON strings are JavaScript strings.
    serde_json::Value::from(text).to_string()
}
