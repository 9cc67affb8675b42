//! `functions`: what the application has.

use std::collections::BTreeMap;

use lunora_core::shape::{Definition, Shapes};
use serde::Serialize;

use super::{
    Failure,
    output::{print, print_json},
};
use crate::functions::{App, Catalog, FunctionInfo};

/// The list as JSON.
#[derive(Serialize)]
struct List<'a> {
    functions: &'a [FunctionInfo],
    /// The named types in arguments and results.
    types: BTreeMap<&'a str, &'a Definition>,
}

pub(super) fn list(app: App, json: bool) -> Result<(), Failure> {
    let catalog = Catalog::of(&app);
    let (functions, shapes) = (catalog.functions(), catalog.shapes());
    let types = types_of(&functions, shapes);
    if !json {
        return print(tree(&functions) + &described(&types, shapes));
    }
    let list = List {
        functions: &functions,
        types,
    };
    print_json(&list)
}

/// The named types that arguments and results are made of.
fn types_of<'a>(functions: &[FunctionInfo], shapes: &'a Shapes) -> BTreeMap<&'a str, &'a Definition> {
    let travels = |name: &str| {
        functions.iter().any(|function| {
            let arguments = function.argument_shapes.iter().map(|field| &field.shape);
            arguments
                .chain([&function.return_shape])
                .any(|shape| shapes.mentions(shape, name))
        })
    };
    let definitions = shapes
        .definitions()
        .iter()
        .map(|(name, definition)| (name.as_str(), definition));
    definitions.filter(|(name, _)| travels(name)).collect()
}

fn described(types: &BTreeMap<&str, &Definition>, shapes: &Shapes) -> String {
    let line = |(name, definition): (&&str, &&Definition)| {
        format!("  {name} = {}\n", shapes.describe(&definition.shape))
    };
    let lines: String = types.iter().map(line).collect();
    if lines.is_empty() {
        lines
    } else {
        format!("types\n{lines}")
    }
}

fn tree(functions: &[FunctionInfo]) -> String {
    let mut text = String::new();
    let mut module = "";
    for function in functions {
        let (own, name) = function.path.rsplit_once(':').unwrap_or(("", function.path));
        if own != module {
            text.push_str(own);
            text.push('\n');
            module = own;
        }
        let FunctionInfo {
            kind,
            visibility,
            arguments,
            returns,
            ..
        } = function;
        let arguments = arguments.join(", ");
        text.push_str(&format!(
            "  {visibility:<8} {kind:<8} {name}({arguments}) -> {returns}\n"
        ));
    }
    text
}
