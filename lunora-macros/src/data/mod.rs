//! `#[data]`: a type that travels. serde writes the code that moves it, the shape says what that code does.

pub(crate) mod expand;
pub(crate) mod fallback;
pub(crate) mod model;
pub(crate) mod parse;
mod plain;
mod rename;
mod serde;
mod shape;
pub(crate) mod validate;

use proc_macro2::TokenStream;
use quote::quote;

use crate::{attribute::CratePath, errors::Errors};

/// The whole way of one type: its own tokens with serde's derives, then its shape.
pub(crate) fn attribute(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let krate = errors.take(parse::options(options)).unwrap_or(CratePath::DEFAULT);
    let Some(parsed) = errors.take(parse::item(item.clone(), "data")) else {
        return quote!(#item #errors);
    };
    let data = parse::data(parsed, krate, &mut errors);
    validate::data(&data, &mut errors);
    if !errors.is_empty() {
        let bare = fallback::item(&data);
        return quote!(#bare #errors);
    }
    expand::data(&data)
}
