//! `#[query]`, `#[mutation]`, `#[action]` and their internal twins.

pub(crate) mod context;
pub(crate) mod expand;
pub(crate) mod fallback;
pub(crate) mod model;
pub(crate) mod parse;
pub(crate) mod validate;

use proc_macro2::TokenStream;
use quote::quote;

use self::model::{Kind, Subject, Visibility};
use crate::errors::Errors;

/// The whole way of one function: its own tokens, then what we add to it.
pub(crate) fn attribute(
    kind: Kind,
    visibility: Visibility,
    options: TokenStream,
    item: TokenStream,
) -> TokenStream {
    let mut errors = Errors::default();
    let options = parse::options(options, kind, &mut errors);
    let Some(parsed) = errors.take(parse::function(item.clone(), Subject::Function(kind))) else {
        let stub = fallback::unparsed(&item, kind, visibility, &options);
        return quote!(#item #errors #stub);
    };
    let function = validate::function(&parsed, kind, visibility, options, &mut errors);
    let user = parsed.user_tokens();
    let generated = match (errors.is_empty(), parsed.signature.receiver()) {
        (true, _) => expand::function(&function),
        // Inside an `impl` block there is no place for a module.
        (false, Some(_)) => TokenStream::new(),
        (false, None) => fallback::function(&function),
    };
    quote!(#user #errors #generated)
}
