//! The item with serde's derives, `Shape`, and one `HasField` a field.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, Visibility, parse_quote};

use super::{
    model::{Body, Data, Field, Style},
    parse::derives,
    shape,
};
use crate::names::{hash, plain};

/// The user's item under serde's derives; the attributes that the user wrote stay as they are.
pub(crate) fn item(data: &Data) -> TokenStream {
    let Data {
        krate,
        item,
        container,
        ..
    } = data;
    let wanted = ["Serialize", "Deserialize"]
        .into_iter()
        .filter(|name| !derives(&item.attrs, name));
    let derived = wanted.map(|name| syn::Ident::new(name, proc_macro2::Span::call_site()));
    let serde = quote!(#krate::__private::serde).to_string().replace(' ', "");
    let fields = match &data.body {
        Body::Struct(fields) => (
            fields.style == Style::Named && container.rename_all.is_none(),
            false,
        ),
        Body::Enum(variants) => {
            let named = variants
                .iter()
                .any(|variant| variant.fields.style == Style::Named);
            (
                container.rename_all.is_none(),
                named && container.rename_all_fields.is_none(),
            )
        }
    };
    let rename_all = fields.0.then(|| quote!(, rename_all = "camelCase"));
    let rename_all_fields = fields.1.then(|| quote!(, rename_all_fields = "camelCase"));
    quote! {
        #[derive(#(#krate::__private::serde::#derived),*)]
        #[serde(crate = #serde #rename_all #rename_all_fields)]
        #item
    }
}

/// `impl Shape`.
pub(crate) fn shape(data: &Data) -> TokenStream {
    let Data {
        krate, name, cfgs, ..
    } = data;
    let mut generics = data.generics.clone();
    for param in &mut generics.params {
        if let GenericParam::Type(param) = param {
            param.bounds.push(parse_quote!(#krate::__private::Shape));
        }
    }
    let (generics, arguments, clause) = generics.split_for_impl();
    let body = shape::of(data);
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        impl #generics #krate::__private::Shape for #name #arguments #clause {
            fn shape(shapes: &mut #krate::__private::Shapes) -> #krate::__private::Node {
                #body
            }
        }
    }
}

/// `impl HasField` for each field that an index of another type may go through.
pub(crate) fn has_fields(data: &Data) -> TokenStream {
    let Body::Struct(fields) = &data.body else {
        return TokenStream::new();
    };
    let named = fields
        .list
        .iter()
        .filter(|field| field.is_plain() && nameable(&data.visibility, field));
    named
        .filter_map(|field| {
            field
                .name
                .as_ref()
                .map(|name| has_field(data, field, &plain(name)))
        })
        .collect()
}

/// A field's type may be as private as the field is; in the trait's associated type it must be as open as the struct.
fn nameable(item: &Visibility, field: &Field) -> bool {
    let as_open = || field.visibility.to_token_stream().to_string() == item.to_token_stream().to_string();
    matches!(item, Visibility::Inherited) || matches!(field.visibility, Visibility::Public(_)) || as_open()
}

fn has_field(data: &Data, field: &Field, rust_name: &str) -> TokenStream {
    let Data {
        krate,
        name,
        cfgs,
        generics,
        ..
    } = data;
    let (generics, arguments, clause) = generics.split_for_impl();
    let (field_cfgs, ty, wire_name, hash) = (&field.cfgs, &field.ty, &field.wire_name, hash(rust_name));
    quote! {
        #(#cfgs)*
        #(#field_cfgs)*
        #[automatically_derived]
        impl #generics #krate::__private::HasField<#hash> for #name #arguments #clause {
            type Type = #ty;
            const NAME: &'static str = #wire_name;
        }
    }
}
