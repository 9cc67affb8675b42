//! Functions in their modules.

use std::collections::BTreeMap;

use crate::functions::FunctionInfo;

/// A module: its functions and the modules in it, by name.
#[derive(Debug, Default)]
pub(super) struct Module<'a> {
    pub(super) functions: BTreeMap<&'a str, &'a FunctionInfo>,
    pub(super) modules: BTreeMap<&'a str, Self>,
}

impl<'a> Module<'a> {
    /// The root, with all of `functions`.
    pub(super) fn of(functions: &'a [FunctionInfo]) -> Self {
        let mut root = Self::default();
        for function in functions {
            let (path, name) = split(function.path);
            let module = path
                .split('/')
                .fold(&mut root, |module, part| module.modules.entry(part).or_default());
            module.functions.insert(name, function);
        }
        root
    }
}

/// Module and name of a wire path.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once(':').unwrap_or((path, "default"))
}
