//! Every entry once, and in a module.

use super::model::{Entry, List};
use crate::errors::Errors;

/// Checks the list and takes out what must not be expanded.
pub(crate) fn list(list: &mut List, errors: &mut Errors) {
    let mut kept: Vec<Entry> = Vec::new();
    for entry in list.entries.drain(..) {
        if entry.modules.is_empty() {
            let name = &entry.name;
            let message = format!(
                "`{name}` stands in the crate root; put it into a module, which is the first part of its wire name \
                 (`messages::{name}` becomes `messages:{name}`)"
            );
            errors.add(name, message);
        }
        if kept.iter().any(|other| is_twice(other, &entry)) {
            errors.add(
                &entry.name,
                format!("`{}` is listed twice; remove one", entry.name),
            );
        } else {
            kept.push(entry);
        }
    }
    list.entries = kept;
}

/// Two entries of one name may be meant for two configurations; if those overlap, rustc finds two impls.
fn is_twice(one: &Entry, other: &Entry) -> bool {
    let conditional = !one.cfgs.is_empty() && !other.cfgs.is_empty() && one.cfgs != other.cfgs;
    !conditional && one.rust_path() == other.rust_path()
}
