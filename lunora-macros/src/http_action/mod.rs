//! `#[http_action]`.

mod expand;
mod fallback;
mod model;
mod parse;
mod path;
mod validate;

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    errors::Errors,
    function::{self, model::Subject},
};

/// The whole way of one HTTP action: its own tokens, then what we add to it.
pub(crate) fn attribute(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = parse::options(options, &mut errors);
    let parsed = function::parse::function(item.clone(), Subject::HttpAction);
    let Some(parsed) = errors.take(parsed) else {
        let stub = fallback::unparsed(&item, &options);
        return quote!(#item #errors #stub);
    };
    let action = validate::action(&parsed, &options, &mut errors);
    let user = parsed.user_tokens();
    let generated = match action.filter(|_| errors.is_empty()) {
        Some(action) => expand::action(&action),
        // Inside an `impl` block there is no place for a module.
        None if parsed.signature.receiver().is_some() => TokenStream::new(),
        None => fallback::action(&parsed.signature.ident, &parsed.attributes, &options),
    };
    quote!(#user #errors #generated)
}
