//! Every entry once, and in a module.

use std::collections::HashSet;

use super::model::List;
use crate::errors::Errors;

/// Checks the list and takes out what must not be expanded.
pub(crate) fn list(list: &mut List, errors: &mut Errors) {
    let mut seen = HashSet::new();
    list.entries.retain(|entry| {
        if entry.modules.is_empty() {
            let name = &entry.name;
            let message = format!(
                "`{name}` stands in the crate root; put it into a module, which is the first part of its wire name \
                 (`messages::{name}` becomes `messages:{name}`)"
            );
            errors.add(name, message);
        }
        // Two entries of one name may be meant for two configurations; if they are not, rustc finds two impls.
        let twice = entry.cfgs.is_empty() && !seen.insert(entry.rust_path());
        if twice {
            errors.add(&entry.name, format!("`{}` is listed twice; remove one", entry.name));
        }
        !twice
    });
}
