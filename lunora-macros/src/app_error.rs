//! `#[derive(AppError)]`: a type of which `?` and `.into()` make errors for the caller.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, DeriveInput};

use crate::{attribute::CratePath, errors::Errors};

/// Two impls; that the type travels is checked by the bound of `AppError`, in its words.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(input) = errors.take(syn::parse2::<DeriveInput>(item)) else {
        return quote!(#errors);
    };
    let krate = crate_path(&input.attrs, &mut errors);
    let name = &input.ident;
    let (generics, arguments, clause) = input.generics.split_for_impl();
    quote! {
        #errors
        #[automatically_derived]
        impl #generics #krate::__private::AppError for #name #arguments #clause {
            type Data = #name #arguments;
        }
        #[automatically_derived]
        impl #generics ::core::convert::From<#name #arguments> for #krate::Error #clause {
            fn from(error: #name #arguments) -> Self {
                #krate::__private::AppError::__into_error(error)
            }
        }
    }
}

/// `#[app_error(crate = path)]`: a derive takes no options itself.
fn crate_path(attributes: &[Attribute], errors: &mut Errors) -> CratePath {
    let mut path = CratePath::DEFAULT;
    for attribute in crate::attribute::named(attributes, "app_error") {
        let parsed = attribute.parse_args_with(CratePath::parse);
        let parsed = parsed.map_err(|error| {
            syn::Error::new(
                error.span(),
                "`#[app_error(..)]` takes `crate = path` and nothing else",
            )
        });
        path = errors.take(parsed).unwrap_or(path);
    }
    path
}
