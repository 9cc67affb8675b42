//! References to functions, in the modules that their paths name.

use super::{
    super::{
        names::Names,
        tree::{Module, split},
    },
    case::{pascal, snake},
    docs::{comment, quoted},
    items::Items,
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
    for function in module.functions.values() {
        text.push('\n');
        text += &reference(items, function, indent);
    }
    let inner = modules(items, module, indent);
    if !inner.is_empty() {
        text.push('\n');
    }
    text + &inner
}

fn reference(items: &mut Items<'_>, function: &FunctionInfo, indent: &str) -> String {
    let (module, name) = split(function.path);
    let place = pascal(name);
    let mut names = Names::new(&[]);
    let mut arguments = Vec::new();
    for field in &function.argument_shapes {
        let wanted = snake(field.name);
        let taken = names.take(wanted.trim_start_matches("r#"));
        let argument = if wanted.ends_with(&taken) { wanted } else { taken };
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
        snake(name),
        arguments.join(", "),
        quoted(module),
        quoted(name),
    )
}
