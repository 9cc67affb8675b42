//! The hidden module beside the function. There is no reference in it: nobody calls a list.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Attribute;

use crate::{attribute::CratePath, function::expand::hidden_name};

/// The entry for `app!`. A function that returns something else is refused where it says so, at `output`.
pub(super) fn list(krate: &CratePath, name: &Ident, output: Span, cfgs: &[Attribute]) -> TokenStream {
    let mut call = name.clone();
    call.set_span(output);
    module(krate, name, cfgs, &quote_spanned!(output=> || super::#call()))
}

/// The same for a function with mistakes.
pub(super) fn stub(krate: &CratePath, name: &Ident, cfgs: &[Attribute]) -> TokenStream {
    module(krate, name, cfgs, &quote!(|| ::core::unreachable!()))
}

fn module(krate: &CratePath, name: &Ident, cfgs: &[Attribute], function: &TokenStream) -> TokenStream {
    let (krate, hidden) = (krate.deeper(1), hidden_name(name));
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(
            dead_code, missing_debug_implementations, nonstandard_style, unreachable_pub, clippy::all,
            clippy::pedantic
        )]
        pub mod #hidden {
            pub mod api {}
            pub mod internal {}
            pub use self::#name as Entry;
            pub struct #name {}
            impl #krate::__private::CronList for #name {
                type Place = #name;
                const LIST: fn() -> #krate::Crons = #function;
            }
            impl #krate::__private::Entry for #name {
                const WIRE_NAME: &'static str = "crons";
                fn item() -> #krate::__private::Item {
                    #krate::__private::Item::crons::<Self>()
                }
            }
        }
    }
}
