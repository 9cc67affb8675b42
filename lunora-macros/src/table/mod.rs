//! `#[table("name")]` and the `#[index(..)]` lines below it.

mod expand;
mod fallback;
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
    let Some(parsed) = errors.take(data::parse::item(item.clone(), "table")) else {
        let stub = fallback::unparsed(&item, options);
        return quote!(#item #errors #stub);
    };
    let mut table = parse::table(parsed, options, &mut errors);
    data::validate::data(&table.data, &mut errors);
    validate::table(&table, &mut errors);
    if !errors.is_empty() {
        let stub = fallback::table(&mut table);
        return quote!(#stub #errors);
    }
    let (data, table) = (data::expand::data(&table.data), expand::table(&table));
    quote!(#data #table)
}

/// `#[index(..)]` that no `#[table]` has taken.
pub(crate) fn misplaced_index(options: &TokenStream, item: TokenStream) -> TokenStream {
    let message = format!("`#[index({options})]` belongs below `#[table(\"name\")]`, on the same struct");
    let error = syn::Error::new(proc_macro2::Span::call_site(), message).to_compile_error();
    quote!(#item #error)
}
