//! What comes out when there are mistakes: names that resolve, so that one mistake stays one error.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::{
    expand,
    model::{Function, Kind, Options, Visibility},
};

/// A reference that takes anything and cannot run.
pub(crate) fn function(function: &Function) -> TokenStream {
    let Function {
        krate,
        name,
        arguments,
        ..
    } = function;
    let generics: Vec<_> = (0..arguments.len()).map(|at| format_ident!("A{at}")).collect();
    let names = arguments.iter().map(|argument| &argument.name);
    let constructor =
        quote!(<#(#generics),*>(#(#names: #generics),*) -> #krate::Call<#name> { #krate::Call::__new(()) });
    let run = quote!(|_, ()| ::core::unreachable!());
    let reference = expand::reference(function, &constructor, &quote!(()), &run);
    expand::hidden_module(function, &reference)
}

/// The same for something of which nothing but a name could be read.
pub(crate) fn unparsed(
    item: &TokenStream,
    kind: Kind,
    visibility: Visibility,
    options: &Options,
) -> TokenStream {
    let Some(name) = name_after_fn(item) else {
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
    })
}

fn name_after_fn(item: &TokenStream) -> Option<Ident> {
    let mut tokens = item.clone().into_iter();
    tokens.find(|token| matches!(token, TokenTree::Ident(ident) if ident == "fn"))?;
    match tokens.next() {
        Some(TokenTree::Ident(name)) => Some(name),
        _ => None,
    }
}
