//! What comes out when there are mistakes: names that resolve, so that one mistake stays one error.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};

use super::{
    expand,
    model::{Function, Kind, Options, Visibility},
};
use crate::names::name_after;

/// A reference that takes anything and cannot run.
pub(crate) fn function(function: &Function) -> TokenStream {
    let Function {
        krate,
        name,
        arguments,
        ..
    } = function;
    let generics: Vec<_> = (0..arguments.len()).map(|at| format_ident!("A{at}")).collect();
    let names: Vec<_> = arguments.iter().map(|argument| &argument.name).collect();
    // The arguments are used, or rustc would call them unused at the user's own.
    let constructor = quote! {
        <#(#generics),*>(#(#names: #generics),*) -> #krate::Call<#name> {
            let _ = (#(#names,)*);
            #krate::Call::__new(())
        }
    };
    let run = quote!(|_, ()| ::core::unreachable!());
    let reference = expand::reference(function, &constructor, &quote!(()), &run, None);
    expand::hidden_module(name, &function.cfgs, function.visibility, &reference)
}

/// The same for something of which nothing but a name could be read.
pub(crate) fn unparsed(
    item: &TokenStream,
    kind: Kind,
    visibility: Visibility,
    options: &Options,
) -> TokenStream {
    let Some(name) = name_after(item, "fn") else {
        return TokenStream::new();
    };
    function(&Function {
        krate: options.krate.deeper(2),
        kind,
        visibility,
        wire_name: crate::names::camel_case(&crate::names::plain(&name)),
        name,
        docs: Vec::new(),
        doc_text: String::new(),
        cfgs: Vec::new(),
        deprecated: None,
        arguments: Vec::new(),
        parameters: Span::call_site(),
        output: None,
        limits: Vec::new(),
        gate: false,
    })
}
