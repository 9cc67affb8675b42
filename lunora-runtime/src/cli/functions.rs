//! `functions`: what the application has.

use std::io::{self, Write};

use super::Failure;
use crate::functions::{App, Catalog, FunctionInfo};

pub(super) fn list(app: App, json: bool) -> Result<(), Failure> {
    let functions = Catalog::of(app).functions();
    let text = if json {
        serde_json::to_string_pretty(&functions).map_err(Failure::unusable)? + "\n"
    } else {
        tree(&functions)
    };
    match io::stdout().write_all(text.as_bytes()) {
        // `| head` is no reason to complain.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::unusable(error)),
        _ => Ok(()),
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
