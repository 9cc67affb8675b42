//! `api`, `internal`, `app()`, and for each entry its place in the tree.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::Token;

use super::model::{Entry, List};
use crate::{attribute::CratePath, errors::Errors, function::expand::hidden_name, names::plain};

/// The module with all that the list stands for. A second list in the same place defines it a second time, and inside
/// a function nothing can be imported from it; either is the one error then, so its name is the message.
const ONCE: &str = "__lunora_app_stands_once_in_a_module";

/// All that the list stands for.
///
/// Everything goes through one import an entry: a name that is not there is then one error and not one a use.
pub(crate) fn list(list: &List) -> TokenStream {
    let List { krate, entries, gaps } = list;
    let krate = krate.deeper(1);
    let module = Ident::new(ONCE, Span::call_site());
    let imports = entries.iter().enumerate().map(|(at, entry)| import(at, entry));
    let listed = entries
        .iter()
        .enumerate()
        .map(|(at, entry)| listed(&krate, at, entry));
    let gaps = unread(&krate, gaps);
    let api = tree(entries, "api");
    let internal = tree(entries, "internal");
    let items = entries.iter().enumerate().map(|(at, entry)| {
        let (cfgs, alias) = (&entry.cfgs, alias(at));
        quote!(#(#cfgs)* #krate::__private::entry::<entries::#alias::Entry>())
    });
    let free = names_are_free(&krate, &module);
    let tree_marker = quote! {
        #[doc(hidden)]
        pub(crate) enum __LunoraTree {}
    };
    quote! {
        #[doc(hidden)]
        #[allow(clippy::all, clippy::pedantic)]
        pub mod #module {
            mod entries {
                #(#imports)*
            }
            #(#listed)*
            #gaps
            /// References to the functions that clients may call, nested as the modules are.
            #[allow(unused_imports)]
            pub mod api { #tree_marker #api }
            /// References to the functions that only the server may call, nested as the modules are.
            #[allow(unused_imports)]
            pub(crate) mod internal { #tree_marker #internal }
            /// The application: every function and table of this crate.
            #[must_use]
            pub const fn app() -> #krate::App {
                const ENTRIES: &[#krate::__private::Listing] = &#krate::__private::unique([#(#items),*]);
                #krate::App::__new(ENTRIES)
            }
            #free
        }
        #[allow(unused_imports)]
        pub use self::#module::*;
    }
}

/// Name of an entry's import.
fn alias(at: usize) -> Ident {
    format_ident!("entry_{at}")
}

fn import(at: usize, entry: &Entry) -> TokenStream {
    let Entry { cfgs, modules, name } = entry;
    let (hidden, mut alias) = (hidden_name(name), alias(at));
    // At the entry, so that a name that is not there is underlined and not the whole list; so are the braces.
    alias.set_span(name.span());
    quote!(#(#cfgs)* pub(super) use super::super::#(#modules::)*{#hidden as #alias};)
}

fn listed(krate: &CratePath, at: usize, entry: &Entry) -> TokenStream {
    let (cfgs, alias, module) = (&entry.cfgs, alias(at), entry.wire_module());
    // From its first token to its last at the entry, which is underlined when it stands in the list twice.
    let implement = Token![impl](entry.name.span());
    let mut content = Group::new(Delimiter::Brace, quote!(const MODULE: &'static str = #module;));
    content.set_span(entry.name.span());
    quote!(#(#cfgs)* #implement #krate::__private::Listed for entries::#alias::Entry #content)
}

/// Reports the parts of the list that could not be read, and nothing that only follows from it: the items which were
/// meant there are not called missing as well.
///
/// rustc looks into no impl of a trait of which two impls overlap, and is silent about an overlap in which there is an
/// error already.
fn unread(krate: &CratePath, gaps: &Errors) -> Option<TokenStream> {
    (!gaps.is_empty()).then(|| {
        quote! {
            struct Unread<const WHY: usize>;
            const WHY: usize = { #gaps };
            impl #krate::__private::FunctionRef for Unread<WHY> {}
            impl #krate::__private::FunctionRef for Unread<WHY> {}
            impl #krate::__private::ListedTable<()> for Unread<WHY> {}
            impl #krate::__private::ListedTable<()> for Unread<WHY> {}
            impl #krate::__private::CronList for Unread<WHY> {}
            impl #krate::__private::CronList for Unread<WHY> {}
        }
    })
}

/// Checks that the crate root has no `api`, `internal` or `app` of its own, which would hide ours: in each block a glob
/// import of the tree brings its marker, and without it the name means the one outside, which complains.
fn names_are_free(krate: &CratePath, module: &Ident) -> TokenStream {
    // Told apart from the rest by its span, or rustc would call this what is not there.
    let up = Ident::new("super", Span::mixed_site());
    quote! {
        impl #krate::__private::names::ApiIsFree for api::__LunoraTree {}
        impl #krate::__private::names::InternalIsFree for internal::__LunoraTree {}
        pub(super) use #krate::__private::names as __lunora_names;
        const _: () = {
            use #up::#module::__lunora_names as names;
            use names::Taken as __LunoraTree;
            const fn api() {
                use super::api::*;
                names::api::<__LunoraTree>();
            }
            const fn internal() {
                use super::internal::*;
                names::internal::<__LunoraTree>();
            }
            const fn app() {
                use super::app;
                names::app(app);
            }
        };
    }
}

/// An entry with its number.
type Numbered<'a> = (usize, &'a Entry);

/// The content of `api` or `internal`.
fn tree(entries: &[Entry], side: &str) -> TokenStream {
    let side = Ident::new(side, Span::call_site());
    level(&entries.iter().enumerate().collect::<Vec<_>>(), 0, &side)
}

/// One level of a tree: what the entries here re-export, then the modules below.
fn level(entries: &[Numbered<'_>], depth: usize, side: &Ident) -> TokenStream {
    let (here, below): (Vec<_>, Vec<_>) = entries
        .iter()
        .copied()
        .partition(|(_, entry)| entry.modules.len() == depth);
    let visible = visibility(side);
    let up: Vec<_> = (0..=depth).map(|_| quote!(super::)).collect();
    let uses = here.iter().map(|(at, entry)| {
        let (cfgs, alias) = (&entry.cfgs, alias(*at));
        quote!(#(#cfgs)* #visible use #(#up)*entries::#alias::#side::*;)
    });
    let mut modules: Vec<&Ident> = Vec::new();
    for (_, entry) in &below {
        if !modules.contains(&&entry.modules[depth]) {
            modules.push(&entry.modules[depth]);
        }
    }
    let modules = modules.into_iter().map(|module| {
        let inside = |(_, entry): &Numbered<'_>| entry.modules[depth] == *module;
        let inside: Vec<_> = below.iter().copied().filter(inside).collect();
        submodule(module, &inside, depth + 1, side)
    });
    quote!(#(#uses)* #(#modules)*)
}

fn visibility(side: &Ident) -> TokenStream {
    if side == "api" {
        quote!(pub)
    } else {
        quote!(pub(crate))
    }
}

fn submodule(module: &Ident, entries: &[Numbered<'_>], depth: usize, side: &Ident) -> TokenStream {
    let docs = format!("Functions of `{}`.", plain(module));
    let (content, visible) = (level(entries, depth, side), visibility(side));
    let cfgs = common_cfgs(entries);
    quote! {
        #(#cfgs)*
        #[doc = #docs]
        #visible mod #module { #content }
    }
}

/// A module whose entries all have the same conditions exists under them.
fn common_cfgs<'a>(entries: &[Numbered<'a>]) -> &'a [syn::Attribute] {
    match entries.split_first() {
        Some(((_, first), rest)) if rest.iter().all(|(_, entry)| entry.cfgs == first.cfgs) => &first.cfgs,
        _ => &[],
    }
}
