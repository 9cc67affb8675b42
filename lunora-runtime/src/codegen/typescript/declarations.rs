//! The text of `api.d.ts`.

use std::collections::{BTreeMap, BTreeSet};

use lunora_core::shape::{Definition, Node};

use super::{
    super::{names::words, tree::Module},
    docs::comment,
    types::{Types, key, quoted},
};
use crate::functions::FunctionInfo;

/// All that `api.d.ts` declares.
#[derive(Debug)]
pub(super) struct Declarations<'a> {
    types: Types<'a>,
    functions: &'a [FunctionInfo],
    declared: BTreeMap<&'a str, &'a Definition>,
}

impl<'a> Declarations<'a> {
    pub(super) fn new(types: Types<'a>, functions: &'a [FunctionInfo]) -> Self {
        let declared = types.declared(functions.iter().flat_map(nodes));
        Self {
            types,
            functions,
            declared,
        }
    }

    pub(super) fn text(&self) -> String {
        let parts = [self.ids(), self.documents(), self.named(), self.api()];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let text = parts.join("\n");
        format!("{}\n{text}", imports(&text))
    }

    /// Ids that cannot be taken for those of another table.
    fn ids(&self) -> String {
        let mut tables = BTreeSet::new();
        let definitions = self.declared.values().map(|definition| &definition.shape);
        for node in self.functions.iter().flat_map(nodes).chain(definitions) {
            collect_tables(node, &mut tables);
        }
        if tables.is_empty() {
            return String::new();
        }
        let names: Vec<_> = tables.into_iter().map(quoted).collect();
        format!(
            "/** The tables of which public functions speak. */\nexport type TableNames = {};\n\n\
             /** The id of a document of a table: a string that fits no other table. */\n\
             export type Id<TableName extends TableNames> = GenericId<TableName>;\n",
            names.join(" | ")
        )
    }

    /// Documents by the names of their tables.
    fn documents(&self) -> String {
        let documents = self.declared.iter().filter_map(|(name, definition)| {
            let table = definition.document.as_ref()?.table;
            Some(format!("  {}: {};\n", key(table), self.types.name(name)))
        });
        let documents: String = documents.collect();
        if documents.is_empty() {
            return documents;
        }
        format!(
            "/** The documents that public functions return or take, by their tables. */\n\
             export interface Documents {{\n{documents}}}\n\n\
             /** A document of a table, as it is stored. */\n\
             export type Doc<TableName extends keyof Documents> = Documents[TableName];\n"
        )
    }

    fn named(&self) -> String {
        let declarations = self.declared.iter();
        let declarations: Vec<_> = declarations
            .map(|(name, definition)| self.types.declaration(name, definition))
            .collect();
        declarations.join("\n")
    }

    fn api(&self) -> String {
        let modules = self.modules(&Module::of(self.functions), "  ");
        format!(
            "/** References to the public functions, for `useQuery`, `useMutation` and the like. */\n\
             export declare const api: {{\n{modules}}};\n"
        )
    }

    /// What stands in a module, a line or more each.
    fn modules(&self, module: &Module<'_>, indent: &str) -> String {
        let mut text = String::new();
        for (name, function) in &module.functions {
            text += &comment(function.docs, indent);
            let both = module
                .modules
                .get(name)
                .map(|module| format!(" & {}", self.block(module, indent)));
            let reference = self.reference(function, indent);
            text += &format!(
                "{indent}{}: {reference}{};\n",
                key(name),
                both.unwrap_or_default()
            );
        }
        for (name, inner) in &module.modules {
            if !module.functions.contains_key(name) {
                text += &format!("{indent}{}: {};\n", key(name), self.block(inner, indent));
            }
        }
        text
    }

    fn block(&self, module: &Module<'_>, indent: &str) -> String {
        format!("{{\n{}{indent}}}", self.modules(module, &format!("{indent}  ")))
    }

    fn reference(&self, function: &FunctionInfo, indent: &str) -> String {
        let arguments = self
            .types
            .of(&Node::object(function.argument_shapes.clone()), indent);
        let returns = self.types.of(&function.return_shape, indent);
        format!(
            "FunctionReference<\"{}\", \"public\", {arguments}, {returns}>",
            function.kind
        )
    }
}

/// The imports that `text` needs.
fn imports(text: &str) -> String {
    let words = words(text);
    let from = |module: &str, names: &[&str]| {
        let used: Vec<_> = names
            .iter()
            .copied()
            .filter(|name| words.contains(name))
            .collect();
        if used.is_empty() {
            return String::new();
        }
        format!("import type {{ {} }} from \"{module}\";\n", used.join(", "))
    };
    let server = ["FunctionReference", "PaginationOptions", "PaginationResult"];
    from("convex/server", &server) + &from("convex/values", &["GenericId"])
}

/// The shapes of arguments and result.
fn nodes(function: &FunctionInfo) -> impl Iterator<Item = &Node> {
    let arguments = function.argument_shapes.iter().map(|field| &field.shape);
    arguments.chain([&function.return_shape])
}

fn collect_tables<'n>(node: &'n Node, tables: &mut BTreeSet<&'n str>) {
    if let Node::Id { table } = node {
        tables.insert(table);
    }
    node.children()
        .into_iter()
        .for_each(|child| collect_tables(child, tables));
}
