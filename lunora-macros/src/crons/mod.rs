//! `#[crons]` and `cron!`.

mod expand;
mod expression;
mod parse;
mod validate;

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;

pub(crate) use self::expression::bang;
use crate::{attribute::cfgs, errors::Errors, names::name_after};

/// The whole way of a list of crons: the user's function, then what we add to it.
pub(crate) fn attribute(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let krate = parse::options(options, &mut errors);
    let Some(parsed) = errors.take(parse::function(item.clone())) else {
        let stub = name_after(&item, "fn").map(|name| expand::stub(&krate, &name, &[]));
        return quote!(#item #errors #stub);
    };
    validate::function(&parsed, &mut errors);
    let (user, name) = (parsed.user_tokens(), &parsed.signature.ident);
    let cfgs = cfgs(&parsed.attributes);
    let generated = match (errors.is_empty(), parsed.signature.receiver()) {
        (true, _) => expand::list(&krate, name, parsed.signature.output.span(), &cfgs),
        // Inside an `impl` block there is no place for a module.
        (false, Some(_)) => TokenStream::new(),
        (false, None) => expand::stub(&krate, name, &cfgs),
    };
    quote!(#user #errors #generated)
}
