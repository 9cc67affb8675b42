//! `#[table("name")]` and the `#[index(..)]` lines below it.

mod expand;
mod model;
mod parse;
mod validate;

use proc_macro2::TokenStream;
use quote::quote;

use crate::{data, errors::Errors};

/// The whole way of one table: a `#[data]` struct, and what makes documents of it.
pub(crate) fn attribute(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = errors.take(parse::options(options));
    let Some(parsed) = errors.take(syn::parse2(item.clone())) else {
        return quote!(#item #errors);
    };
    let table = parse::table(parsed, options, &mut errors);
    data::validate::data(&table.data, &mut errors);
    validate::table(&table, &mut errors);
    let item = if errors.is_empty() {
        let (item, shape) = (data::expand::item(&table.data), data::expand::shape(&table.data));
        quote!(#item #shape)
    } else {
        data::fallback::item(&table.data)
    };
    let fields = data::expand::has_fields(&table.data);
    let table = expand::table(&table);
    quote!(#item #errors #fields #table)
}

/// `#[index(..)]` that no `#[table]` has taken.
pub(crate) fn misplaced_index(options: &TokenStream, item: TokenStream) -> TokenStream {
    let message = format!("`#[index({options})]` belongs below `#[table(\"name\")]`, on the same struct");
    let error = syn::Error::new(proc_macro2::Span::call_site(), message).to_compile_error();
    quote!(#item #error)
}
