//! The hidden module beside a function. Only the struct, the constructor and the module carry the user's span:
//! a path into our crates with that span would be a target of the editor's "go to definition".

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::{Attribute, Token, spanned::Spanned};

use super::model::{Event, Function, Kind, Visibility};

/// Reference, registration and namespaces of a function.
pub(crate) fn function(function: &Function) -> TokenStream {
    let Function {
        krate,
        name,
        arguments,
        ..
    } = function;
    let names: Vec<_> = arguments.iter().map(|argument| &argument.name).collect();
    let types = arguments.iter().map(|argument| &argument.ty);
    let constructor =
        quote!((#(#names: #types),*) -> #krate::Call<#name> { #krate::Call::__new((#(#names,)*)) });
    let run = quote!(|ctx, (#(#names,)*)| ::std::boxed::Box::pin(super::super::#name(ctx, #(#names),*)));
    let arguments_type = arguments_type(function);
    let event = event(function, &arguments_type);
    let reference = reference(function, &constructor, &arguments_type, &run, event);
    hidden_module(name, &function.cfgs, function.visibility, &reference)
}

/// `(A, B,)`, spanned so that an argument that cannot travel is underlined where it stands.
fn arguments_type(function: &Function) -> TokenStream {
    let types = function.arguments.iter().map(|argument| &argument.ty);
    let span = match function.arguments.as_slice() {
        [only] => only.ty.span(),
        _ => function.parameters,
    };
    let mut tuple = Group::new(Delimiter::Parenthesis, quote!(#(#types,)*));
    tuple.set_span(span);
    quote!(#tuple)
}

/// The reference: struct, constructor, and the one description of the function.
pub(crate) fn reference(
    function: &Function,
    constructor: &TokenStream,
    arguments_type: &TokenStream,
    run: &TokenStream,
    event: Option<TokenStream>,
) -> TokenStream {
    let Function {
        krate,
        name,
        wire_name,
        docs,
        deprecated,
        output,
        ..
    } = function;
    let (visible, kind, side) = (
        function.visibility.of_reference(),
        function.kind.marker(),
        function.visibility.marker(),
    );
    let argument_names = function.arguments.iter().map(|argument| &argument.wire_name);
    let output = output
        .as_ref()
        .map_or_else(|| quote!(#krate::Result<()>), |ty| quote!(#ty));
    let arguments_type = associated_type("Args", arguments_type, ends(arguments_type));
    let output = associated_type("Return", &output, ends(&output));
    let doc_text = Some(&function.doc_text)
        .filter(|text| !text.is_empty())
        .into_iter();
    let limits = limits(function);
    quote! {
        use super::super::*;
        #visible struct #name {}
        #(#docs)*
        #deprecated
        #visible fn #name #constructor
        impl #krate::__private::FunctionRef for #name {
            type Place = #name;
            type Kind = #krate::__private::#kind;
            type Visibility = #krate::__private::#side;
            #arguments_type
            #output
            const ARGS: &'static [&'static str] = &[#(#argument_names),*];
            const NAME: &'static str = #wire_name;
            #(const DOCS: &'static str = #doc_text;)*
            #limits
        }
        impl #krate::__private::Handler for #name {
            const RUN: #krate::__private::RunOf<Self> = #run;
            #event
        }
    }
}

/// `type Name = Type;`, whose keyword and semicolon stand at the user's first and last token: that is what rustc
/// underlines when a type is private.
pub(crate) fn associated_type(name: &str, ty: &TokenStream, (first, last): (Span, Span)) -> TokenStream {
    let (keyword, name, end) = (
        Token![type](first),
        Ident::new(name, Span::call_site()),
        Token![;](last),
    );
    quote!(#keyword #name = #ty #end)
}

/// Where the tokens begin and end.
pub(crate) fn ends(tokens: &TokenStream) -> (Span, Span) {
    let first = tokens.clone().into_iter().next();
    let last = tokens.clone().into_iter().last();
    let span = |token: Option<TokenTree>, of_group: fn(&Group) -> Span| match token {
        Some(TokenTree::Group(group)) => of_group(&group),
        Some(token) => token.span(),
        None => Span::call_site(),
    };
    (span(first, Group::span_open), span(last, Group::span_close))
}

/// When the server calls it, if it is a hook. Wrong arguments are underlined where they stand.
fn event(function: &Function, arguments_type: &TokenStream) -> Option<TokenStream> {
    let (krate, gate) = (&function.krate, function.gate);
    let event = match function.kind {
        Kind::Hook(Event::Connect) => quote!(connect::<#arguments_type>(#gate)),
        Kind::Hook(Event::Disconnect) => quote!(disconnect::<#arguments_type>()),
        Kind::Hook(Event::Start) => quote!(start::<#arguments_type>()),
        Kind::Query | Kind::Mutation | Kind::Action => return None,
    };
    Some(quote! {
        const EVENT: ::core::option::Option<#krate::__private::Event> =
            ::core::option::Option::Some(#krate::__private::Event::#event);
    })
}

fn limits(function: &Function) -> TokenStream {
    if function.limits.is_empty() {
        return TokenStream::new();
    }
    let krate = &function.krate;
    let values = function.limits.iter().map(|(name, value)| {
        let name = Ident::new(&name.to_string(), Span::call_site());
        quote!(#name: ::core::option::Option::Some(#value))
    });
    quote! {
        const LIMITS: #krate::__private::LimitOverrides = #krate::__private::LimitOverrides {
            #(#values,)*
            ..#krate::__private::LimitOverrides::NONE
        };
    }
}

/// The module that `app!` looks into: exactly one of `api` and `internal` holds the reference.
pub(crate) fn hidden_module(
    name: &Ident,
    cfgs: &[Attribute],
    visibility: Visibility,
    reference: &TokenStream,
) -> TokenStream {
    let module = hidden_name(name);
    let sides = match visibility {
        Visibility::Public => quote! {
            pub mod api { #reference }
            pub mod internal {}
            pub use self::api::#name as Entry;
        },
        Visibility::Internal => quote! {
            pub mod api {}
            pub(crate) mod internal { #reference }
            pub(crate) use self::internal::#name as Entry;
        },
    };
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(
            deprecated, missing_debug_implementations, nonstandard_style, unreachable_pub, unused, clippy::all,
            clippy::pedantic
        )]
        pub mod #module { #sides }
    }
}

/// `__lunora_name`, with the span of `name` so that an entry of `app!` leads to the user's function.
pub(crate) fn hidden_name(name: &Ident) -> Ident {
    format_ident!("__lunora_{}", syn::ext::IdentExt::unraw(name), span = name.span())
}
