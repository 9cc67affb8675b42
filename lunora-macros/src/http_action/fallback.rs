//! What comes out when there are mistakes: names that resolve, so that one mistake stays one error.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Attribute;

use super::{expand, model::Options};
use crate::{
    attribute,
    function::{expand::hidden_module, model::Visibility},
    names::name_after,
};

/// An entry that answers to nothing.
pub(super) fn action(name: &Ident, attributes: &[Attribute], options: &Options) -> TokenStream {
    let krate = options.krate.deeper(2);
    let entry = expand::entry(
        &krate,
        name,
        &format!("http {name}"),
        &quote!(::core::unreachable!()),
    );
    hidden_module(name, &attribute::cfgs(attributes), Visibility::Internal, &entry)
}

/// The same for something of which nothing but a name could be read.
pub(super) fn unparsed(item: &TokenStream, options: &Options) -> Option<TokenStream> {
    name_after(item, "fn").map(|name| action(&name, &[], options))
}
