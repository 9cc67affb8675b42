//! References to functions, in the modules that their paths name.

use super::{
    super::{
        names::Names,
        tree::{Module, split},
    },
    case::{pascal, snake},
    docs::{comment, quoted},
    items::{Items, raw},
};
use crate::functions::FunctionInfo;

/// The modules with all functions of the interface. The types that they need are added to `items`.
pub(super) fn functions(items: &mut Items<'_>) -> String {
    let interface = items.interface;
    modules(items, &Module::of(interface.functions()), "")
}

fn modules(items: &mut Items<'_>, module: &Module<'_>, indent: &str) -> String {
    let mut text = String::new();
    for (name, inner) in &module.modules {
        let rust_name = snake(name);
        let content = content(items, inner, &format!("{indent}    "));
        text += &format!(
            "{indent}/// Functions of `{rust_name}`.\n{indent}pub mod {rust_name} {{\n{content}{indent}}}\n"
        );
        if indent.is_empty() {
            text.push('\n');
        }
    }
    text
}

fn content(items: &mut Items<'_>, module: &Module<'_>, indent: &str) -> String {
    let mut text = format!("{indent}use super::*;\n");
    // A reference and a module share a namespace.
    let modules_here: Vec<_> = module.modules.keys().map(|name| snake(name)).collect();
    let taken: Vec<_> = modules_here.iter().map(String::as_str).collect();
    let mut names = Names::new(&taken);
    for (name, function) in &module.functions {
        let name = raw(&mut names, &snake(name));
        text.push('\n');
        text += &reference(items, &name, function, indent);
    }
    let inner = modules(items, module, indent);
    if !inner.is_empty() {
        text.push('\n');
    }
    text + &inner
}

fn reference(items: &mut Items<'_>, rust_name: &str, function: &FunctionInfo, indent: &str) -> String {
    let (module, name) = split(function.path);
    let place = pascal(name);
    let mut names = Names::new(&[]);
    let mut arguments = Vec::new();
    for field in &function.argument_shapes {
        let argument = raw(&mut names, &snake(field.name));
        let ty = items.of(&field.shape, &format!("{place}{}", pascal(field.name)));
        arguments.push(format!("{argument}: {ty} = {}", quoted(field.name)));
    }
    let returns = items.of(&function.return_shape, &format!("{place}Result"));
    let (kind, docs) = (
        pascal(function.kind),
        comment(function.docs, &format!("{indent}    ")),
    );
    format!(
        "{indent}reference! {{\n{docs}{indent}    pub fn {}({}) -> {returns} {{ {kind} {} {} }}\n{indent}}}\n",
        rust_name,
        arguments.join(", "),
        quoted(module),
        quoted(name),
    )
}
