//! Doc comments and literals.

/// `docs` as a doc comment with a line end; nothing if there are none.
pub(super) fn comment(docs: &str, indent: &str) -> String {
    let line = |line: &str| {
        let space = if line.is_empty() { "" } else { " " };
        format!("{indent}///{space}{line}\n")
    };
    docs.trim().lines().map(|text| line(text.trim_end())).collect()
}

/// A string literal.
pub(super) fn quoted(text: &str) -> String {
    format!("{text:?}")
}
