//! Names for named shapes that are legal in the generated language, and that no two of them share.

use std::collections::{BTreeMap, BTreeSet};

/// Which name each shape has in the generated code, by its name among the shapes.
#[derive(Debug)]
pub(super) struct Names {
    given: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Names {
    /// Names what is to come; `reserved` is taken already.
    pub(super) fn new(reserved: &[&str]) -> Self {
        Self {
            given: BTreeMap::new(),
            taken: reserved.iter().copied().map(str::to_owned).collect(),
        }
    }

    /// Gives the shape `key` the name `wanted`, or that name with a number if it is taken.
    pub(super) fn give(&mut self, key: &str, wanted: &str) {
        let name = self.take(wanted);
        self.given.insert(key.to_owned(), name);
    }

    /// A name that nothing else has from now on: `wanted`, or that name with a number.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        let wanted = identifier(wanted);
        let numbered = (2..).map(|number: u32| format!("{wanted}{number}"));
        let mut names = std::iter::once(wanted.clone()).chain(numbered);
        // The candidates never end, so one is free.
        let name = names.find(|name| !self.taken.contains(name)).unwrap_or_default();
        self.taken.insert(name.clone());
        name
    }

    /// The name of the shape `key`.
    pub(super) fn of<'a>(&'a self, key: &'a str) -> &'a str {
        self.given.get(key).map_or(key, String::as_str)
    }
}

/// `text` with everything replaced that no name has. A type's name on the wire may be any text.
fn identifier(text: &str) -> String {
    let legal = |character: char| character == '_' || character.is_ascii_alphanumeric();
    let name: String = text
        .chars()
        .map(|character| if legal(character) { character } else { '_' })
        .collect();
    match name.as_bytes() {
        [] => "Unnamed".to_owned(),
        [first, ..] if first.is_ascii_digit() => format!("_{name}"),
        _ => name,
    }
}

/// The words of generated code: what is not among them need not be imported.
pub(super) fn words(text: &str) -> BTreeSet<&str> {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .collect()
}
