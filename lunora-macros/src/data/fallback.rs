//! The item alone, without what only serde's derives understand.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Attribute;

use super::{model::Data, parse::derives};

/// The user's item without `#[serde(..)]`, and a shape, so that its uses do not fail because it has none.
pub(crate) fn item(data: &Data) -> TokenStream {
    let item = bare(data);
    if !data.generics.params.is_empty() {
        return item;
    }
    let Data {
        krate, name, cfgs, ..
    } = data;
    let serde = quote!(#krate::__private::serde);
    let serialize = derives(&data.item.attrs, "Serialize").is_none().then(|| {
        quote! {
            #(#cfgs)*
            impl #serde::Serialize for #name {
                fn serialize<S: #serde::Serializer>(&self, _: S) -> ::core::result::Result<S::Ok, S::Error> {
                    ::core::unreachable!()
                }
            }
        }
    });
    let deserialize = derives(&data.item.attrs, "Deserialize").is_none().then(|| {
        quote! {
            #(#cfgs)*
            impl<'de> #serde::Deserialize<'de> for #name {
                fn deserialize<D: #serde::Deserializer<'de>>(_: D) -> ::core::result::Result<Self, D::Error> {
                    ::core::unreachable!()
                }
            }
        }
    });
    quote! {
        #item
        #serialize
        #deserialize
        #(#cfgs)*
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
