//! `api`, `internal`, `app()`, and for each entry its place in the tree.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::model::{Entry, List};
use crate::{attribute::CratePath, function::expand::hidden_name, names::plain};

/// All that the list stands for.
pub(crate) fn list(list: &List) -> TokenStream {
    let List { krate, entries } = list;
    let listed = entries.iter().map(|entry| listed(krate, entry));
    let api = tree(entries, "api");
    let internal = tree(entries, "internal");
    let items = entries.iter().map(|entry| {
        let (cfgs, path) = (&entry.cfgs, hidden_path(entry));
        quote!(#(#cfgs)* <#path::Entry as #krate::__private::Entry>::item)
    });
    let names = entries.iter().map(|entry| {
        let (cfgs, path) = (&entry.cfgs, hidden_path(entry));
        quote!(#(#cfgs)* <#path::Entry as #krate::__private::Entry>::WIRE_NAME)
    });
    quote! {
        #(#listed)*
        /// References to the functions that clients may call, nested as the modules are.
        #[allow(unused_imports)]
        pub mod api { #api }
        /// References to the functions that only the server may call, nested as the modules are.
        #[allow(unused_imports)]
        pub(crate) mod internal { #internal }
        /// The application: every function, table and trigger of this crate.
        #[must_use]
        pub fn app() -> #krate::App {
            #krate::App::__new(&[#(#items),*])
        }
        const _: () = #krate::__private::assert_unique(&[#(#names),*]);
    }
}

fn hidden_path(entry: &Entry) -> TokenStream {
    let (modules, hidden) = (&entry.modules, hidden_name(&entry.name));
    quote!(self::#(#modules::)*#hidden)
}

fn listed(krate: &CratePath, entry: &Entry) -> TokenStream {
    let (cfgs, path, module) = (&entry.cfgs, hidden_path(entry), entry.wire_module());
    quote! {
        #(#cfgs)*
        impl #krate::__private::Listed for #path::Entry {
            const MODULE: &'static str = #module;
        }
    }
}

/// One level of a tree: what the entries here re-export, then the modules below.
fn tree(entries: &[Entry], side: &str) -> TokenStream {
    let side = Ident::new(side, proc_macro2::Span::call_site());
    level(&entries.iter().collect::<Vec<_>>(), 0, &side)
}

fn level(entries: &[&Entry], depth: usize, side: &Ident) -> TokenStream {
    let (here, below): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().partition(|entry| entry.modules.len() == depth);
    let uses = here.iter().map(|entry| {
        let (cfgs, modules, hidden) = (&entry.cfgs, &entry.modules, hidden_name(&entry.name));
        let up = (0..=depth).map(|_| quote!(super::));
        let visible = if side == "api" {
            quote!(pub)
        } else {
            quote!(pub(crate))
        };
        quote!(#(#cfgs)* #visible use #(#up)*#(#modules::)*#hidden::#side::*;)
    });
    let mut modules: Vec<&Ident> = Vec::new();
    for entry in &below {
        if !modules.contains(&&entry.modules[depth]) {
            modules.push(&entry.modules[depth]);
        }
    }
    let modules = modules.into_iter().map(|module| {
        let inside: Vec<_> = below
            .iter()
            .copied()
            .filter(|entry| entry.modules[depth] == *module)
            .collect();
        submodule(module, &inside, depth + 1, side)
    });
    quote!(#(#uses)* #(#modules)*)
}

fn submodule(module: &Ident, entries: &[&Entry], depth: usize, side: &Ident) -> TokenStream {
    let docs = format!("Functions of `{}`.", plain(module));
    let content = level(entries, depth, side);
    let visible = if side == "api" {
        quote!(pub)
    } else {
        quote!(pub(crate))
    };
    let cfgs = common_cfgs(entries);
    quote! {
        #(#cfgs)*
        #[doc = #docs]
        #visible mod #module { #content }
    }
}

/// A module whose entries all have the same single condition exists under that condition.
fn common_cfgs<'a>(entries: &[&'a Entry]) -> &'a [syn::Attribute] {
    match entries.split_first() {
        Some((first, rest)) if rest.iter().all(|entry| entry.cfgs == first.cfgs) => &first.cfgs,
        _ => &[],
    }
}
