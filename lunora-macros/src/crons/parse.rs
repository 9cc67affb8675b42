//! Tokens to trees; says only what cannot be read.

use proc_macro2::TokenStream;
use syn::{
    Attribute, Ident, Signature, Token,
    parse::{ParseStream, Parser},
};

use super::model::Parsed;
use crate::{
    attribute::{CratePath, last_segment},
    errors::Errors,
    function::parse::KINDS,
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
    let parser = |input: ParseStream| {
        let attributes = input.call(Attribute::parse_outer)?;
        let (other_kinds, attributes) = attributes.into_iter().partition(is_other_kind);
        let visibility = input.parse()?;
        refuse_other_items(input)?;
        let signature: Signature = input.parse()?;
        let body = input.parse()?;
        Ok(Parsed {
            attributes,
            other_kinds,
            visibility,
            signature,
            body,
        })
    };
    parser.parse2(tokens)
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

fn is_other_kind(attribute: &Attribute) -> bool {
    let others = KINDS.iter().chain(&["crons"]);
    last_segment(attribute.path()).is_some_and(|name| others.into_iter().any(|kind| name == kind))
}
