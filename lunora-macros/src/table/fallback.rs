//! What comes out when there are mistakes: as much of a table as can be had, so that its uses are no errors as well.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    expand,
    model::{Options, Table},
    parse,
    validate::RESERVED,
};
use crate::{
    data::{self, model::Body, model::Style},
    errors::Errors,
    names::name_after,
};

/// The struct, a shape that cannot be asked for, and those accessors and setters that do not collide.
pub(crate) fn table(table: &mut Table) -> TokenStream {
    table.data.stub = true;
    let item = data::fallback::item(&table.data);
    let named = matches!(&table.data.body, Body::Struct(fields) if fields.style == Style::Named);
    if !named || !table.data.generics.params.is_empty() {
        let hidden = expand::hidden_stub(table);
        return quote!(#item #hidden);
    }
    let mut names = RESERVED.map(str::to_owned).to_vec();
    table.indexes.retain(|index| {
        let name = index.name.to_string();
        let free = !names.contains(&name);
        names.push(name);
        free
    });
    let (fields, table) = (data::expand::has_fields(&table.data), expand::table(table));
    quote!(#item #fields #table)
}

/// What `app!` looks for, of a struct of which nothing but the name could be read.
pub(crate) fn unparsed(item: &TokenStream, options: Option<Options>) -> Option<TokenStream> {
    let name = name_after(item, "struct")?;
    let empty = syn::parse2(quote!(struct #name {})).ok()?;
    Some(expand::hidden_stub(&parse::table(
        empty,
        options,
        &mut Errors::default(),
    )))
}
