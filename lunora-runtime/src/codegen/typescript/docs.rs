//! Doc comments.

/// `docs` as a comment with a line end; nothing if there are none.
pub(super) fn comment(docs: &str, indent: &str) -> String {
    let docs = docs.trim().replace("*/", "*\\/");
    let lines: Vec<_> = docs.lines().map(str::trim_end).collect();
    match lines.as_slice() {
        [] => String::new(),
        [line] => format!("{indent}/** {line} */\n"),
        lines => {
            let lines: String = lines
                .iter()
                .map(|line| format!("{indent} * {line}\n").replace(" * \n", " *\n"))
                .collect();
            format!("{indent}/**\n{lines}{indent} */\n")
        }
    }
}
