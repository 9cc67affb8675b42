//! `#[table("name", crate = path)]` and `#[index(name(a, b.c), unique)]` to the model.

use proc_macro2::{Ident, TokenStream};
use syn::{
    DeriveInput, LitStr, Token, parenthesized,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
};

use super::model::{FieldPath, Index, Options, Table};
use crate::{
    attribute::{CratePath, last_segment},
    data,
    errors::Errors,
};

const EXAMPLE: &str =
    "expected `#[index(by_name(field, other.field), unique)]`, where `unique` may be left out";

/// Parses the name and the options of the table.
pub(crate) fn options(tokens: TokenStream) -> syn::Result<Options> {
    let parser = |input: ParseStream| {
        let name = input.parse::<LitStr>();
        let name = name.map_err(|error| {
            syn::Error::new(
                error.span(),
                "a table has a name on the wire and on disk: `#[table(\"customers\")]`",
            )
        })?;
        let mut krate = CratePath::DEFAULT;
        while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            if !input.peek(Token![crate]) {
                return Err(input.error("unknown option; a table takes its name and `crate = path`"));
            }
            krate = CratePath::parse(input)?;
        }
        Ok(Options { krate, name })
    };
    parser.parse2(tokens)
}

/// Reads the struct, taking the indexes off it.
pub(crate) fn table(mut item: DeriveInput, options: Option<Options>, errors: &mut Errors) -> Table {
    let (indexes, attributes) = item
        .attrs
        .into_iter()
        .partition(|attribute| last_segment(attribute.path()).is_some_and(|name| name == "index"));
    item.attrs = attributes;
    let indexes: Vec<syn::Attribute> = indexes;
    let indexes = indexes.iter().filter_map(|attribute| {
        let parsed = attribute.parse_args_with(index);
        errors.take(parsed.map_err(|error| match &attribute.meta {
            syn::Meta::List(_) => error,
            _ => syn::Error::new_spanned(attribute, EXAMPLE),
        }))
    });
    let indexes = indexes.collect();
    let (krate, name) = match options {
        Some(options) => (options.krate, Some(options.name)),
        None => (CratePath::DEFAULT, None),
    };
    Table {
        name,
        data: data::parse::data(item, krate, errors),
        indexes,
    }
}

fn index(input: ParseStream) -> syn::Result<Index> {
    let example = |error: syn::Error| syn::Error::new(error.span(), EXAMPLE);
    let name: Ident = input.parse().map_err(example)?;
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new(name.span(), EXAMPLE));
    }
    let content;
    parenthesized!(content in input);
    let fields =
        Punctuated::<FieldPath, Token![,]>::parse_terminated_with(&content, field_path).map_err(example)?;
    let mut unique = false;
    while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
        let option: Ident = input.parse().map_err(example)?;
        if option != "unique" || unique {
            return Err(syn::Error::new(
                option.span(),
                "an index takes `unique`, once, and nothing else",
            ));
        }
        unique = true;
    }
    if !input.is_empty() {
        return Err(input.error(EXAMPLE));
    }
    Ok(Index {
        name,
        fields: fields.into_iter().collect(),
        unique,
    })
}

fn field_path(input: ParseStream) -> syn::Result<FieldPath> {
    let first = input.parse()?;
    let mut rest = Vec::new();
    while input.parse::<Option<Token![.]>>()?.is_some() {
        rest.push(input.parse()?);
    }
    Ok(FieldPath { first, rest })
}
