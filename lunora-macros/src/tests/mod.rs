//! What the macros expand to, as text; `UPDATE_EXPECT=1 cargo test -p lunora-macros` writes it anew.

#![allow(
    clippy::too_many_lines,
    clippy::needless_raw_string_hashes,
    reason = "snapshots are written by expect-test"
)]

mod app;
mod crons;
mod data;
mod function;
mod hooks;
mod http_action;
mod recovery;
mod table;

use expect_test::Expect;
use proc_macro2::TokenStream;

use crate::function::model::{Kind, Visibility};

fn check(expanded: TokenStream, expected: &Expect) {
    let text = match syn::parse2(expanded.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => expanded.to_string(),
    };
    expected.assert_eq(&text);
}

fn query(options: TokenStream, item: TokenStream) -> TokenStream {
    crate::function::attribute(Kind::Query, Visibility::Public, options, item)
}
