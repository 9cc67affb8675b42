//! The hidden module beside an HTTP action, as that of a function.

use proc_macro2::TokenStream;
use quote::quote;

use super::{model::Action, path::without_names};
use crate::{
    attribute::CratePath,
    function::{
        expand::{associated_type, ends, hidden_module},
        model::Visibility,
    },
};

/// Entry, route and handler.
pub(super) fn action(action: &Action) -> TokenStream {
    let Action {
        krate,
        name,
        method,
        path,
        request,
        output,
        ..
    } = action;
    let (request, output) = (quote!(#request), quote!(#output));
    let request = associated_type("Request", &request, ends(&request));
    let output = associated_type("Return", &output, ends(&output));
    let wire_name = format!("http {method} {}", without_names(path));
    let entry = entry(
        krate,
        name,
        &wire_name,
        &quote!(#krate::__private::Item::http_action::<Self>()),
    );
    let content = quote! {
        #entry
        impl #krate::__private::HttpAction for #name {
            type Place = #name;
            #request
            #output
            const METHOD: &'static str = #method;
            const ROUTE: &'static str = #path;
            const RUN: #krate::__private::HttpRun<Self> =
                |ctx, request| ::std::boxed::Box::pin(super::super::#name(ctx, request));
        }
    };
    hidden_module(name, &action.cfgs, Visibility::Internal, &content)
}

/// What stands under its name in `internal`: a type that is no reference, and a function that nobody can call.
pub(super) fn entry(
    krate: &CratePath,
    name: &proc_macro2::Ident,
    wire_name: &str,
    item: &TokenStream,
) -> TokenStream {
    quote! {
        use super::super::*;
        pub(crate) struct #name {}
        pub(crate) fn #name<A: #krate::__private::RunByRequestsAlone<T>, T>(_: A) -> T {
            ::core::unreachable!()
        }
        impl #krate::__private::Entry for #name {
            const WIRE_NAME: &'static str = #wire_name;
            fn item() -> #krate::__private::Item {
                #item
            }
        }
    }
}
