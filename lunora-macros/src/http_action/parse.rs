//! Tokens to the attribute's options; says only what cannot be read.

use proc_macro2::{Ident, TokenStream};
use syn::{
    LitStr, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use super::model::Options;
use crate::{attribute::CratePath, errors::Errors};

const EXPECTED: &str = "expected a method and a path: `#[http_action(POST, \"/stripe/webhook\")]`";

/// Parses the attribute's options.
pub(super) fn options(tokens: TokenStream, errors: &mut Errors) -> Options {
    let mut options = Options {
        krate: CratePath::DEFAULT,
        method: None,
        path: None,
    };
    let parser = |input: ParseStream| {
        options.method = Some(method(input)?);
        input.parse::<Token![,]>().map_err(|error| expected(&error))?;
        options.path = Some(input.parse::<LitStr>().map_err(|error| expected(&error))?);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        if !input.is_empty() {
            options.krate = krate(input)?;
        }
        Ok(())
    };
    errors.take(parser.parse2(tokens));
    options
}

fn method(input: ParseStream) -> syn::Result<Ident> {
    if input.peek(LitStr) {
        return Err(input.error("the method comes first, without quotes: `#[http_action(GET, \"/path\")]`"));
    }
    Ident::parse_any(input).map_err(|error| expected(&error))
}

fn krate(input: ParseStream) -> syn::Result<CratePath> {
    if !input.peek(Token![crate]) {
        return Err(
            input.error("unknown option; after method and path there is `crate = path` and nothing else")
        );
    }
    CratePath::parse(input)
}

fn expected(error: &syn::Error) -> syn::Error {
    syn::Error::new(error.span(), EXPECTED)
}
