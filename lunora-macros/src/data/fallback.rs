//! The item alone, without what only serde's derives understand.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Attribute;

use super::model::Data;

/// The user's item without `#[serde(..)]`, and a shape, so that its uses do not fail because it has none.
pub(crate) fn item(data: &Data) -> TokenStream {
    let Data { krate, name, .. } = data;
    let item = bare(data);
    let (generics, arguments, clause) = data.generics.split_for_impl();
    quote! {
        #item
        #[automatically_derived]
        impl #generics #krate::__private::serde::Serialize for #name #arguments #clause {
            fn serialize<S: #krate::__private::serde::Serializer>(
                &self,
                _: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                ::core::unreachable!()
            }
        }
        #[automatically_derived]
        impl<'de> #krate::__private::serde::Deserialize<'de> for #name {
            fn deserialize<D: #krate::__private::serde::Deserializer<'de>>(
                _: D,
            ) -> ::core::result::Result<Self, D::Error> {
                ::core::unreachable!()
            }
        }
        #[automatically_derived]
        impl #krate::__private::Shape for #name {
            fn shape(_: &mut #krate::__private::Shapes) -> #krate::__private::Node {
                ::core::unreachable!()
            }
        }
    }
}

fn bare(data: &Data) -> TokenStream {
    let mut item = data.item.clone();
    item.attrs.retain(keep);
    match &mut item.data {
        syn::Data::Struct(data) => data.fields.iter_mut().for_each(|field| field.attrs.retain(keep)),
        syn::Data::Union(data) => data
            .fields
            .named
            .iter_mut()
            .for_each(|field| field.attrs.retain(keep)),
        syn::Data::Enum(data) => {
            for variant in &mut data.variants {
                variant.attrs.retain(keep);
                variant
                    .fields
                    .iter_mut()
                    .for_each(|field| field.attrs.retain(keep));
            }
        }
    }
    item.into_token_stream()
}

fn keep(attribute: &Attribute) -> bool {
    !attribute.path().is_ident("serde")
}
