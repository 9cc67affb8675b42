//! `functions`: what the application has.

use serde::Serialize;

use super::{Failure, output::print};
use crate::functions::{App, Catalog, FunctionInfo};
use lunora_core::shape::{Definition, Shapes};
use std::collections::BTreeMap;

/// The list as JSON.
#[derive(Serialize)]
struct List<'a> {
    functions: &'a [FunctionInfo],
    /// The named types in arguments and results.
    types: &'a BTreeMap<String, Definition>,
}

pub(super) fn list(app: App, json: bool) -> Result<(), Failure> {
    let catalog = Catalog::of(app);
    let functions = catalog.functions();
    if !json {
        return print(tree(&functions) + &types(catalog.shapes()));
    }
    let list = List {
        functions: &functions,
        types: catalog.shapes().definitions(),
    };
    print(serde_json::to_string_pretty(&list).map_err(Failure::unusable)? + "\n")
}

fn types(shapes: &Shapes) -> String {
    let definitions = shapes.definitions().iter();
    let lines =
        definitions.map(|(name, definition)| format!("  {name} = {}\n", shapes.describe(&definition.shape)));
    let lines: String = lines.collect();
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
