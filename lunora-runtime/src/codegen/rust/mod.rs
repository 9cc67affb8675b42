//! Rust for `lunora-client`: one module with references to the public functions and the types that they use.
//!
//! The types are written from their shapes, so that the client's crate needs nothing of the application's. What travels
//! is the same; how an enum is tagged is read off its alternatives.

mod case;
mod docs;
mod enums;
mod functions;
mod items;
mod types;

use self::items::Items;
use super::{GeneratedFile, names::words};
use crate::functions::{App, PublicInterface};

/// `api.rs` for the public functions of `app`.
pub fn rust(app: &App) -> Vec<GeneratedFile> {
    let interface = PublicInterface::of(app);
    let mut items = Items::new(&interface);
    let functions = functions::functions(&mut items);
    let types = items.finish();
    let text = format!(
        "{HEADER}\n{}{types}{functions}",
        imports(&format!("{types}{functions}"))
    );
    vec![GeneratedFile { name: "api.rs", text }]
}

const HEADER: &str = "\
//! The public functions of an application, written by its command `codegen rust`. Changes here are lost.
//!
//! Declare this file with `#[rustfmt::skip] mod api;`, so that it stays as it was written.
#![allow(missing_docs, dead_code, unused_imports, unreachable_pub, clippy::all, clippy::pedantic)]
";

/// The imports that `text` needs.
fn imports(text: &str) -> String {
    let words = words(text);
    let used = |names: &[&'static str]| -> Vec<&str> {
        names
            .iter()
            .copied()
            .filter(|name| words.contains(name))
            .collect()
    };
    let map = if words.contains("BTreeMap") {
        "use std::collections::BTreeMap;\n\n"
    } else {
        ""
    };
    let client = used(&[
        "Bytes",
        "Doc",
        "Id",
        "Page",
        "PaginationOptions",
        "Value",
        "data",
        "reference",
        "table",
    ]);
    format!("{map}use ::lunora_client::{{{}}};\n\n", client.join(", "))
}
