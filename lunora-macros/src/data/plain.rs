//! Structs and enums without serde attributes: described once, as a list of names and types. What serde's derives and
//! the shape would repeat for each of them, `lunora_core` has generically.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{
    expand::nameable,
    model::{Body, Data, Field, Fields, Style, Variant},
};
use crate::names::{hash, plain};

/// Only the struct's own module can name it.
const OWN: &str = "__LunoraOwn";

impl Data {
    /// serde has been told nothing, so what travels follows from names and types alone.
    pub(crate) fn is_plain(&self) -> bool {
        let speaks_to_serde = |attribute: &syn::Attribute| attribute.path().is_ident("serde");
        // A list of types cannot leave one out.
        let comes_and_goes = |attribute: &syn::Attribute| {
            attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
        };
        let mut inner = inner_attributes(&self.item.data);
        let simple = match &self.body {
            Body::Struct(fields) => fields.style == Style::Named,
            Body::Enum(variants) => {
                !variants.is_empty() && variants.iter().all(|variant| variant.fields.style == Style::Unit)
            }
        };
        let generics = &self.generics;
        simple
            && !self.stub
            && generics.params.is_empty()
            && generics.where_clause.is_none()
            && !self.item.attrs.iter().any(speaks_to_serde)
            && !inner.any(|attribute| speaks_to_serde(attribute) || comes_and_goes(attribute))
    }
}

/// Attributes of fields and variants.
fn inner_attributes(data: &syn::Data) -> Box<dyn Iterator<Item = &syn::Attribute> + '_> {
    match data {
        syn::Data::Struct(data) => Box::new(data.fields.iter().flat_map(|field| &field.attrs)),
        syn::Data::Union(data) => Box::new(data.fields.named.iter().flat_map(|field| &field.attrs)),
        syn::Data::Enum(data) => Box::new(data.variants.iter().flat_map(|variant| {
            let fields = variant.fields.iter().flat_map(|field| &field.attrs);
            variant.attrs.iter().chain(fields)
        })),
    }
}

/// The description, and the implementations that refer to it.
pub(crate) fn implementations(data: &Data) -> TokenStream {
    let (cfgs, krate) = (&data.cfgs, &data.krate);
    let (description, room, own) = match &data.body {
        Body::Struct(fields) => (structure(data, fields), quote!(fields), Some(own())),
        Body::Enum(variants) => (choice(data, variants), quote!(choice), None),
    };
    let own = own.map(|own| quote!(#own,));
    let name = &data.name;
    quote! {
        #(#cfgs)*
        #[allow(clippy::all, clippy::pedantic)]
        const _: () = {
            #description
            impl #krate::__private::serde::Serialize for #name {
                fn serialize<S: #krate::__private::serde::Serializer>(
                    &self, serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    #krate::__private::#room::write::<#own Self, _>(self, serializer)
                }
            }
            impl<'de> #krate::__private::serde::Deserialize<'de> for #name {
                fn deserialize<D: #krate::__private::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    #krate::__private::#room::read::<#own Self, _>(deserializer)
                }
            }
            impl #krate::__private::Shape for #name {
                fn shape(shapes: &mut #krate::__private::Shapes) -> #krate::__private::Node {
                    #krate::__private::#room::shape::<#own Self>(shapes)
                }
            }
        };
    }
}

fn own() -> Ident {
    Ident::new(OWN, proc_macro2::Span::call_site())
}

fn structure(data: &Data, fields: &Fields) -> TokenStream {
    let (krate, name, own) = (&data.krate, &data.name, own());
    let text = plain(name);
    let docs = docs(&data.docs);
    let wire_names = fields.list.iter().map(|field| &field.wire_name);
    let each = fields.list.iter().map(|field| has_field(data, field));
    let names = fields.list.iter().filter_map(|field| field.name.as_ref());
    let list = fields.list.iter().rev().fold(quote!(()), |rest, field| {
        let key = key(data, field);
        quote!((#krate::__private::fields::At<#key>, #rest))
    });
    let refs = names
        .clone()
        .rev()
        .fold(quote!(()), |rest, name| quote!((&self.#name, #rest)));
    let values = names
        .clone()
        .rev()
        .fold(quote!(()), |rest, name| quote!((#name, #rest)));
    quote! {
        enum #own {}
        #(#each)*
        impl #krate::__private::fields::Struct<#own> for #name {
            const NAME: &'static str = #text;
            #docs
            const FIELDS: &'static [&'static str] = &[#(#wire_names),*];
            type List = #list;
            fn refs(&self) -> <Self::List as #krate::__private::fields::FieldList<Self>>::Refs<'_> {
                #refs
            }
            fn of(#values: <Self::List as #krate::__private::fields::FieldList<Self>>::Values) -> Self {
                Self { #(#names),* }
            }
        }
    }
}

/// The parameters of `HasField` that stand for the field.
fn key(data: &Data, field: &Field) -> TokenStream {
    let hash = hash(&field.name.as_ref().map(plain).unwrap_or_default());
    if nameable(&data.visibility, field) {
        quote!(#hash)
    } else {
        let own = own();
        quote!(#hash, #own)
    }
}

fn has_field(data: &Data, field: &Field) -> TokenStream {
    let (krate, name, key) = (&data.krate, &data.name, key(data, field));
    let (ty, wire_name, docs) = (&field.ty, &field.wire_name, docs(&field.docs));
    quote! {
        impl #krate::__private::HasField<#key> for #name {
            type Type = #ty;
            type Plain = #ty;
            const NAME: &'static str = #wire_name;
            #docs
        }
    }
}

fn docs(text: &str) -> Option<TokenStream> {
    (!text.is_empty()).then(|| quote!(const DOCS: &'static str = #text;))
}

fn choice(data: &Data, variants: &[Variant]) -> TokenStream {
    let (krate, name) = (&data.krate, &data.name);
    let text = plain(name);
    let docs = docs(&data.docs);
    let wire_names = variants.iter().map(|variant| &variant.wire_name);
    let names: Vec<_> = variants.iter().map(|variant| &variant.name).collect();
    let indexes: Vec<_> = (0_u32..).take(names.len()).collect();
    quote! {
        impl #krate::__private::choice::Choice for #name {
            const NAME: &'static str = #text;
            #docs
            const VARIANTS: &'static [&'static str] = &[#(#wire_names),*];
            fn index(&self) -> u32 {
                match self { #(Self::#names => #indexes),* }
            }
            fn at(index: u32) -> ::core::option::Option<Self> {
                ::core::option::Option::Some(match index {
                    #(#indexes => Self::#names,)*
                    _ => return ::core::option::Option::None,
                })
            }
        }
    }
}
