//! The types of an interface as Rust items.

use std::collections::{BTreeMap, BTreeSet};

use lunora_core::shape::{Definition, Field, Node};

use super::{
    super::names::Names,
    case::{pascal, snake, wire_of_field},
    docs::{comment, quoted},
};
use crate::functions::PublicInterface;

/// Names that mean something else in the generated module.
const RESERVED: [&str; 26] = [
    "Action",
    "BTreeMap",
    "Box",
    "Bytes",
    "Clone",
    "Copy",
    "Debug",
    "Doc",
    "Eq",
    "Err",
    "Id",
    "Mutation",
    "None",
    "Ok",
    "Option",
    "Page",
    "PaginationOptions",
    "PartialEq",
    "Query",
    "Result",
    "Self",
    "Some",
    "String",
    "Value",
    "Vec",
    "str",
];

/// What a type is declared with.
pub(super) const DATA: &str = "#[data(crate = ::lunora_client)]\n#[derive(Debug, Clone, PartialEq)]\n";
/// The same for an enum whose variants are names and nothing else.
pub(super) const CHOICE: &str =
    "#[data(crate = ::lunora_client)]\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\n";

/// The items written so far.
#[derive(Debug)]
pub(super) struct Items<'a> {
    pub(super) interface: &'a PublicInterface,
    pub(super) names: Names,
    /// The structs that stand for tables, by the tables' names.
    tables: BTreeMap<&'a str, String>,
    /// The definition whose fields are being written.
    pub(super) inside: Option<&'a str>,
    /// Items by their names, so that they come in one order.
    written: BTreeMap<String, String>,
    /// Types that have no name of their own, by their shape.
    unnamed: Vec<(Node, String)>,
}

impl<'a> Items<'a> {
    /// All types of the interface.
    pub(super) fn new(interface: &'a PublicInterface) -> Self {
        let mut items = Self {
            interface,
            names: Names::new(&RESERVED),
            tables: BTreeMap::new(),
            inside: None,
            written: BTreeMap::new(),
            unnamed: Vec::new(),
        };
        let mut reached = Reached::default();
        for function in interface.functions() {
            let arguments = function.argument_shapes.iter().map(|field| &field.shape);
            for node in arguments.chain([&function.return_shape]) {
                reached.visit(interface, node);
            }
        }
        for name in reached.definitions.keys() {
            items.names.give(name, &pascal(name));
        }
        items.write_tables(&reached);
        for (name, definition) in reached.definitions {
            items.inside = Some(name);
            items.define(name, definition);
        }
        items.inside = None;
        items
    }

    /// The structs of documents, and for tables whose documents no public function shows a struct without fields.
    fn write_tables(&mut self, reached: &Reached<'a>) {
        for (table, fields) in &reached.documents {
            if let Node::Named { name } = fields {
                self.tables.insert(table, self.names.of(name).to_owned());
            }
        }
        for table in &reached.tables {
            if !self.tables.contains_key(table) {
                let name = self.names.take(&pascal(table));
                let text = format!(
                    "/// Documents of the table `{table}`, which no public function shows.\n{DATA}pub struct {name} {{}}\n"
                );
                self.written.insert(name.clone(), text);
                self.tables.insert(table, name);
            }
        }
    }

    /// The struct of a table.
    pub(super) fn table(&self, table: &str) -> &str {
        self.tables.get(table).map_or("Value", String::as_str)
    }

    fn define(&mut self, key: &'a str, definition: &'a Definition) {
        let name = self.names.of(key).to_owned();
        let text = self.item(&name, definition.docs, &definition.shape);
        self.written.insert(name, text);
    }

    /// The item `name` that travels as `node` does.
    fn item(&mut self, name: &str, docs: &str, node: &Node) -> String {
        let docs = comment(docs, "");
        match node {
            Node::Object { fields, rest } => {
                let fields = self.fields(name, fields, rest.as_deref(), "    pub ");
                format!("{docs}{DATA}pub struct {name} {{\n{fields}}}\n")
            }
            Node::Union { alternatives } if !alternatives.iter().any(Node::accepts_null) => {
                docs + &self.enumeration(name, alternatives)
            }
            node => format!(
                "{docs}pub type {name} = {};\n",
                self.of(node, &format!("{name}Value"))
            ),
        }
    }

    /// The name of a type for `node`, which has none of its own: what it is called is up to its place.
    pub(super) fn hoisted(&mut self, node: &Node, place: &str) -> String {
        if let Some((_, name)) = self.unnamed.iter().find(|(known, _)| known == node) {
            return name.clone();
        }
        let name = self.names.take(place);
        self.unnamed.push((node.clone(), name.clone()));
        let text = self.item(&name, "", node);
        self.written.insert(name.clone(), text);
        name
    }

    /// Fields of a struct or variant, a line or more each; `start` is what stands before each name.
    pub(super) fn fields(
        &mut self,
        place: &str,
        fields: &[Field],
        rest: Option<&Node>,
        start: &str,
    ) -> String {
        let indent = " ".repeat(start.len() - start.trim_start().len());
        let mut names = Names::new(&[]);
        let mut text = String::new();
        for field in fields {
            let name = raw(&mut names, &snake(field.name));
            let (ty, number) = self.field_type(place, field);
            text += &comment(field.docs, &indent);
            if let Some(attribute) = serde_attribute(&name, field.name, number) {
                text += &format!("{indent}{attribute}\n");
            }
            text += &format!("{start}{name}: {ty},\n");
        }
        if let Some(rest) = rest {
            let name = raw(&mut names, "rest");
            let ty = self.of(rest, &format!("{place}Rest"));
            text += &format!("{indent}#[serde(flatten)]\n{start}{name}: BTreeMap<String, {ty}>,\n");
        }
        text
    }

    /// The type of a field, and whether it travels as a plain number. What may be absent is an `Option`.
    fn field_type(&mut self, place: &str, field: &Field) -> (String, bool) {
        let (ty, number) = self.of_field(field, &format!("{place}{}", pascal(field.name)));
        if field.optional && number {
            // `lunora::number` does not carry what may be absent.
            return ("Option<f64>".to_owned(), false);
        }
        let is_absent_as_it_is = ty.starts_with("Option<") || matches!(&*ty, "Value" | "()");
        if field.optional && !is_absent_as_it_is {
            (format!("Option<{ty}>"), number)
        } else {
            (ty, number)
        }
    }

    /// The text of all items.
    pub(super) fn finish(self) -> String {
        let tables: BTreeMap<_, _> = self.tables.iter().map(|(table, name)| (name, table)).collect();
        let item = |(name, text): (&String, &String)| {
            let table = tables
                .get(name)
                .map(|table| format!("\ntable!({name}, {});\n", quoted(table)));
            format!("{text}{}\n", table.unwrap_or_default())
        };
        self.written.iter().map(item).collect()
    }
}

/// What serde has to be told about the field `name`.
fn serde_attribute(name: &str, wire: &str, number: bool) -> Option<String> {
    let rename = (wire_of_field(name) != wire).then(|| format!("rename = {}", quoted(wire)));
    let with = number.then(|| "with = \"::lunora_client::number\"".to_owned());
    let options: Vec<_> = rename.into_iter().chain(with).collect();
    (!options.is_empty()).then(|| format!("#[serde({})]", options.join(", ")))
}

/// A name that no other of `names` has; raw ones stay raw.
pub(super) fn raw(names: &mut Names, wanted: &str) -> String {
    match wanted.strip_prefix("r#") {
        Some(keyword) => {
            let name = names.take(keyword);
            if name == keyword { wanted.to_owned() } else { name }
        }
        None => names.take(wanted),
    }
}

/// What the functions speak of, directly or not.
#[derive(Debug, Default)]
struct Reached<'a> {
    definitions: BTreeMap<&'a str, &'a Definition>,
    documents: BTreeMap<&'a str, &'a Node>,
    tables: BTreeSet<&'a str>,
}

impl<'a> Reached<'a> {
    fn visit(&mut self, interface: &'a PublicInterface, node: &'a Node) {
        if interface.is_pagination_options(node) {
            return;
        }
        match node {
            Node::Id { table } => {
                self.tables.insert(table);
            }
            Node::Named { name } => self.visit_named(interface, name),
            _ => {}
        }
        for child in node.children() {
            self.visit(interface, child);
        }
    }

    fn visit_named(&mut self, interface: &'a PublicInterface, name: &'a str) {
        let Some(definition) = interface.shapes().definitions().get(name) else {
            return;
        };
        if let Some(document) = &definition.document {
            let is_new = self.documents.insert(document.table, &document.fields).is_none();
            self.tables.insert(document.table);
            if is_new {
                self.visit(interface, &document.fields);
            }
        } else if self.definitions.insert(name, definition).is_none() {
            self.visit(interface, &definition.shape);
        }
    }
}
