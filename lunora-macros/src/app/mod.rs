//! `lunora::app!`: the list of everything that an application has.

mod expand;
mod model;
mod parse;
mod validate;

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;

/// The list to the two trees and the registry. Entries that can be read are expanded even if others cannot.
pub(crate) fn bang(tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut list = parse::list(tokens, &mut errors);
    validate::list(&mut list, &mut errors);
    let expanded = expand::list(&list);
    quote!(#errors #expanded)
}
