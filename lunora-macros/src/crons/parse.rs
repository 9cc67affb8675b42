//! Tokens to trees; says only what cannot be read.

use proc_macro2::TokenStream;
use syn::{
    Ident, Token,
    parse::{ParseStream, Parser},
};

use crate::{
    attribute::CratePath,
    errors::Errors,
    function::{model::Parsed, parse},
};

/// Parses the attribute's options; what cannot be read is a mistake and stays at its default.
pub(super) fn options(tokens: TokenStream, errors: &mut Errors) -> CratePath {
    if tokens.is_empty() {
        return CratePath::DEFAULT;
    }
    let parser = |input: ParseStream| {
        if input.peek(Token![crate]) {
            CratePath::parse(input)
        } else {
            Err(input.error(
                "a list of crons takes no option but `crate = path`; each cron has its own, in the list",
            ))
        }
    };
    errors.take(parser.parse2(tokens)).unwrap_or(CratePath::DEFAULT)
}

/// Parses the function: the signature strictly, the body not at all.
pub(super) fn function(tokens: TokenStream) -> syn::Result<Parsed> {
    parse::function_or(tokens, refuse_other_items)
}

fn refuse_other_items(input: ParseStream) -> syn::Result<()> {
    let is_function = [
        input.peek(Token![fn]),
        input.peek(Token![async]),
        input.peek(Token![const]) && !input.peek2(Ident),
        input.peek(Token![unsafe]),
        input.peek(Token![extern]),
    ];
    if is_function.contains(&true) {
        return Ok(());
    }
    Err(input.error("`#[crons]` belongs on a function: `pub fn schedule() -> Crons`"))
}
