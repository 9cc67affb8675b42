//! The item and its attributes to the model.

use proc_macro2::{Ident, TokenStream};
use syn::{
    Attribute, DeriveInput, Token,
    parse::{ParseStream, Parser},
};

use super::{
    model::{Body, Container, Data, Field, Fields, Style, Variant},
    rename::Rule,
    serde,
};
use crate::{
    attribute::{self, CratePath},
    errors::Errors,
    names::plain,
};

/// `#[data]` or `#[data(crate = path)]`.
pub(crate) fn options(tokens: TokenStream) -> syn::Result<CratePath> {
    let parser = |input: ParseStream| {
        if input.is_empty() {
            return Ok(CratePath::DEFAULT);
        }
        if !input.peek(Token![crate]) {
            return Err(input.error("unknown option; `#[data]` takes `crate = path` and nothing else"));
        }
        let path = CratePath::parse(input)?;
        input.parse::<Option<Token![,]>>()?;
        Ok(path)
    };
    parser.parse2(tokens)
}

/// The item under `#[attribute]`, which must be one that has fields or variants.
pub(crate) fn item(tokens: TokenStream, attribute: &str) -> syn::Result<DeriveInput> {
    let parser = |input: ParseStream| {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer)?;
        ahead.parse::<syn::Visibility>()?;
        let type_follows =
            ahead.peek(Token![struct]) || ahead.peek(Token![enum]) || ahead.peek(Token![union]);
        if !type_follows && !ahead.is_empty() {
            let on = if attribute == "table" {
                "a struct"
            } else {
                "a struct or an enum"
            };
            return Err(ahead.error(format!("`#[{attribute}]` belongs on {on}")));
        }
        input.parse()
    };
    parser.parse2(tokens)
}

/// Reads the type and all of serde's attributes in it.
pub(crate) fn data(item: DeriveInput, krate: CratePath, errors: &mut Errors) -> Data {
    let container = serde::container(&item.attrs, errors);
    let body = match &item.data {
        syn::Data::Enum(data) => Body::Enum(
            data.variants
                .iter()
                .map(|found| variant(found, &container, errors))
                .collect(),
        ),
        syn::Data::Struct(data) => Body::Struct(fields(&data.fields, container.rename_all, errors)),
        syn::Data::Union(data) => {
            errors.add(
                data.union_token,
                "a union cannot travel: nobody knows which field it holds. Use an enum",
            );
            Body::Enum(Vec::new())
        }
    };
    Data {
        krate,
        cfgs: attribute::cfgs(&item.attrs),
        visibility: item.vis.clone(),
        name: item.ident.clone(),
        generics: item.generics.clone(),
        docs: attribute::doc_text(&item.attrs),
        container,
        body,
        item,
        stub: false,
    }
}

fn variant(found: &syn::Variant, container: &Container, errors: &mut Errors) -> Variant {
    let serde = serde::variant(&found.attrs, errors);
    let case = container.rename_all.unwrap_or(Rule::Camel);
    Variant {
        cfgs: attribute::cfgs(&found.attrs),
        name: found.ident.clone(),
        wire_name: serde
            .rename
            .clone()
            .unwrap_or_else(|| case.variant(&plain(&found.ident))),
        fields: fields(
            &found.fields,
            serde.rename_all.or(container.rename_all_fields),
            errors,
        ),
        serde,
    }
}

fn fields(found: &syn::Fields, case: Option<Rule>, errors: &mut Errors) -> Fields {
    let style = match found {
        syn::Fields::Named(_) => Style::Named,
        syn::Fields::Unnamed(_) => Style::Tuple,
        syn::Fields::Unit => Style::Unit,
    };
    Fields {
        style,
        list: found
            .iter()
            .map(|found| field(found, case.unwrap_or(Rule::Camel), errors))
            .collect(),
    }
}

fn field(found: &syn::Field, case: Rule, errors: &mut Errors) -> Field {
    let serde = serde::field(&found.attrs, errors);
    let name = |ident: &Ident| case.field(&plain(ident));
    Field {
        cfgs: attribute::cfgs(&found.attrs),
        name: found.ident.clone(),
        visibility: found.vis.clone(),
        ty: found.ty.clone(),
        wire_name: match &serde.rename {
            Some(rename) => rename.value(),
            None => found.ident.as_ref().map(name).unwrap_or_default(),
        },
        docs: attribute::doc_text(&found.attrs),
        serde,
    }
}

/// Where the user asks for this derive below our attribute.
pub(crate) fn derives(attributes: &[Attribute], name: &str) -> Option<Ident> {
    let mut found = None;
    for attribute in attribute::named(attributes, "derive") {
        // A list that cannot be read is rustc's to refuse.
        let _ = attribute.parse_nested_meta(|meta| {
            if let Some(last) = attribute::last_segment(&meta.path).filter(|last| *last == name) {
                found = Some(last.clone());
            }
            Ok(())
        });
    }
    found
}
