//! Functions: `#[query]` and the others.

use expect_test::expect;
use proc_macro2::TokenStream;
use quote::quote;

use super::{check, query};
use crate::function::model::{Kind, Visibility};

#[test]
fn public_query() {
    let item = quote! {
        /// Messages of a channel.
        #[must_use]
        pub async fn list(ctx: &QueryCtx, channel: String, at_most: self::Limit) -> Result<Vec<Doc<Message>>> {
            body
        }
    };
    check(
        query(quote!(limits(documents_read = MANY)), item),
        &expect![[r#"
            /// Messages of a channel.
            #[must_use]
            pub async fn list(
                ctx: &QueryCtx,
                channel: String,
                at_most: self::Limit,
            ) -> Result<Vec<Doc<Message>>> {
                body
            }
            #[doc(hidden)]
            #[allow(
                deprecated,
                missing_debug_implementations,
                nonstandard_style,
                unreachable_pub,
                unused,
                clippy::all,
                clippy::pedantic
            )]
            pub mod __lunora_list {
                pub mod api {
                    use super::super::*;
                    pub struct list {}
                    /// Messages of a channel.
                    pub fn list(
                        channel: String,
                        at_most: super::super::Limit,
                    ) -> ::lunora::Call<list> {
                        ::lunora::Call::__new((channel, at_most))
                    }
                    impl ::lunora::__private::FunctionRef for list {
                        type Place = list;
                        type Kind = ::lunora::__private::Query;
                        type Visibility = ::lunora::__private::Public;
                        type Args = (String, super::super::Limit);
                        type Return = Result<Vec<Doc<Message>>>;
                        const ARGS: &'static [&'static str] = &["channel", "atMost"];
                        const NAME: &'static str = "list";
                        const DOCS: &'static str = "Messages of a channel.";
                        const LIMITS: ::lunora::__private::LimitOverrides = ::lunora::__private::LimitOverrides {
                            documents_read: ::core::option::Option::Some(MANY),
                            ..::lunora::__private::LimitOverrides::NONE
                        };
                    }
                    impl ::lunora::__private::Handler for list {
                        const RUN: ::lunora::__private::RunOf<Self> = |ctx, (channel, at_most)| ::std::boxed::Box::pin(
                            super::super::list(ctx, channel, at_most),
                        );
                    }
                }
                pub mod internal {}
                pub use self::api::list as Entry;
            }
        "#]],
    );
}

#[test]
fn internal_mutation() {
    let item = quote!(
        async fn purge(_: &mut MutationCtx) -> Result<()> {}
    );
    let expanded = crate::function::attribute(
        Kind::Mutation,
        Visibility::Internal,
        quote!(rename = "clear", crate = my::lunora),
        item,
    );
    check(
        expanded,
        &expect![[r#"
            async fn purge(_: &mut MutationCtx) -> Result<()> {}
            #[doc(hidden)]
            #[allow(
                deprecated,
                missing_debug_implementations,
                nonstandard_style,
                unreachable_pub,
                unused,
                clippy::all,
                clippy::pedantic
            )]
            pub mod __lunora_purge {
                pub mod api {}
                pub(crate) mod internal {
                    use super::super::*;
                    pub(crate) struct purge {}
                    pub(crate) fn purge() -> my::lunora::Call<purge> {
                        my::lunora::Call::__new(())
                    }
                    impl my::lunora::__private::FunctionRef for purge {
                        type Place = purge;
                        type Kind = my::lunora::__private::Mutation;
                        type Visibility = my::lunora::__private::Internal;
                        type Args = ();
                        type Return = Result<()>;
                        const ARGS: &'static [&'static str] = &[];
                        const NAME: &'static str = "clear";
                    }
                    impl my::lunora::__private::Handler for purge {
                        const RUN: my::lunora::__private::RunOf<Self> = |ctx, ()| ::std::boxed::Box::pin(
                            super::super::purge(ctx),
                        );
                    }
                }
                pub(crate) use self::internal::purge as Entry;
            }
        "#]],
    );
}

#[test]
fn several_mistakes_at_once() {
    let item = quote!(
        pub fn list<T>(&self, (a, b): (T, &str)) {}
    );
    check(
        query(quote!(), item),
        &expect![[r#"
            pub fn list<T>(&self, (a, b): (T, &str)) {}
            ::core::compile_error! {
                "a query is an async function: write `async fn list(..)`"
            }
            ::core::compile_error! {
                "a query cannot be generic: its arguments arrive over the wire, as one type. Write the type, or call a generic helper function from here"
            }
            ::core::compile_error! {
                "a query is a free function, not a method: write it outside of this block, with `ctx: &QueryCtx` in place of `self`"
            }
            ::core::compile_error! {
                "arguments arrive over the wire and are owned: no references in their types"
            }
            ::core::compile_error! {
                "an argument needs a name, which is its name on the wire; take it apart in the body"
            }
            ::core::compile_error! {
                "a function returns `Result<T>`; without a value write `-> Result<()>`"
            }
        "#]],
    );
}

#[test]
fn one_mistake_keeps_the_reference() {
    let item = quote!(
        pub fn list(ctx: &QueryCtx, channel: String) -> Result<()> {}
    );
    check(
        query(quote!(), item),
        &expect![[r#"
            pub fn list(ctx: &QueryCtx, channel: String) -> Result<()> {}
            ::core::compile_error! {
                "a query is an async function: write `async fn list(..)`"
            }
            #[doc(hidden)]
            #[allow(
                deprecated,
                missing_debug_implementations,
                nonstandard_style,
                unreachable_pub,
                unused,
                clippy::all,
                clippy::pedantic
            )]
            pub mod __lunora_list {
                pub mod api {
                    use super::super::*;
                    pub struct list {}
                    pub fn list<A0>(channel: A0) -> ::lunora::Call<list> {
                        let _ = (channel,);
                        ::lunora::Call::__new(())
                    }
                    impl ::lunora::__private::FunctionRef for list {
                        type Place = list;
                        type Kind = ::lunora::__private::Query;
                        type Visibility = ::lunora::__private::Public;
                        type Args = ();
                        type Return = Result<()>;
                        const ARGS: &'static [&'static str] = &["channel"];
                        const NAME: &'static str = "list";
                    }
                    impl ::lunora::__private::Handler for list {
                        const RUN: ::lunora::__private::RunOf<Self> = |_, ()| ::core::unreachable!();
                    }
                }
                pub mod internal {}
                pub use self::api::list as Entry;
            }
        "#]],
    );
}

#[test]
fn half_typed_signature() {
    check(
        query(quote!(), quote!(pub async fn list(ctx: &QueryCtx, channel:))),
        &expect![[
            r#"pub async fn list (ctx : & QueryCtx , channel :) :: core :: compile_error ! { "unexpected end of input, expected one of: `for`, parentheses, `unsafe`, `fn`, `extern`, identifier, `::`, `<`, `dyn`, square brackets, `*`, `&`, `!`, `impl`, `_`, lifetime" } # [doc (hidden)] # [allow (deprecated , missing_debug_implementations , nonstandard_style , unreachable_pub , unused , clippy :: all , clippy :: pedantic)] pub mod __lunora_list { pub mod api { use super :: super :: * ; pub struct list { } pub fn list < > () -> :: lunora :: Call < list > { let _ = () ; :: lunora :: Call :: __new (()) } impl :: lunora :: __private :: FunctionRef for list { type Place = list ; type Kind = :: lunora :: __private :: Query ; type Visibility = :: lunora :: __private :: Public ; type Args = () ; type Return = :: lunora :: Result < () > ; const ARGS : & 'static [& 'static str] = & [] ; const NAME : & 'static str = "list" ; } impl :: lunora :: __private :: Handler for list { const RUN : :: lunora :: __private :: RunOf < Self > = | _ , () | :: core :: unreachable ! () ; } } pub mod internal { } pub use self :: api :: list as Entry ; }"#
        ]],
    );
}

#[test]
fn half_typed_body() {
    let item = quote!(pub async fn list(ctx: &QueryCtx) -> Result<()> { ctx.db(). });
    check(
        query(quote!(), item),
        &expect![[
            r#"pub async fn list (ctx : & QueryCtx) -> Result < () > { ctx . db () . } # [doc (hidden)] # [allow (deprecated , missing_debug_implementations , nonstandard_style , unreachable_pub , unused , clippy :: all , clippy :: pedantic)] pub mod __lunora_list { pub mod api { use super :: super :: * ; pub struct list { } pub fn list () -> :: lunora :: Call < list > { :: lunora :: Call :: __new (()) } impl :: lunora :: __private :: FunctionRef for list { type Place = list ; type Kind = :: lunora :: __private :: Query ; type Visibility = :: lunora :: __private :: Public ; type Args = () ; type Return = Result < () > ; const ARGS : & 'static [& 'static str] = & [] ; const NAME : & 'static str = "list" ; } impl :: lunora :: __private :: Handler for list { const RUN : :: lunora :: __private :: RunOf < Self > = | ctx , () | :: std :: boxed :: Box :: pin (super :: super :: list (ctx ,)) ; } } pub mod internal { } pub use self :: api :: list as Entry ; }"#
        ]],
    );
}

#[test]
fn half_typed_options() {
    check(
        query(
            quote!(rename =),
            quote!(
                pub async fn list(ctx: &QueryCtx) -> Result<()> {}
            ),
        ),
        &expect![[r#"
            pub async fn list(ctx: &QueryCtx) -> Result<()> {}
            ::core::compile_error! {
                "expected a string: `rename = \"wireName\"`"
            }
            #[doc(hidden)]
            #[allow(
                deprecated,
                missing_debug_implementations,
                nonstandard_style,
                unreachable_pub,
                unused,
                clippy::all,
                clippy::pedantic
            )]
            pub mod __lunora_list {
                pub mod api {
                    use super::super::*;
                    pub struct list {}
                    pub fn list() -> ::lunora::Call<list> {
                        let _ = ();
                        ::lunora::Call::__new(())
                    }
                    impl ::lunora::__private::FunctionRef for list {
                        type Place = list;
                        type Kind = ::lunora::__private::Query;
                        type Visibility = ::lunora::__private::Public;
                        type Args = ();
                        type Return = Result<()>;
                        const ARGS: &'static [&'static str] = &[];
                        const NAME: &'static str = "list";
                    }
                    impl ::lunora::__private::Handler for list {
                        const RUN: ::lunora::__private::RunOf<Self> = |_, ()| ::core::unreachable!();
                    }
                }
                pub mod internal {}
                pub use self::api::list as Entry;
            }
        "#]],
    );
}

/// What is generated is compiled again in every application on every change, so it has to stay small.
#[test]
fn a_function_costs_forty_lines_at_most() {
    let two = quote! {
        /// Messages of a channel.
        pub async fn list(ctx: &QueryCtx, channel: String, at_most: i64) -> Result<Vec<Doc<Message>>> {}
    };
    let twelve = quote! {
        /// Messages of a channel.
        pub async fn list(
            ctx: &QueryCtx, a: Id<Channel>, b: Option<Id<User>>, c: Option<Time>, d: Vec<String>, e: i64, f: String,
            g: Id<Channel>, h: Option<Id<User>>, i: Option<Time>, j: Vec<String>, k: i64, l: String,
        ) -> Result<Page<Doc<Message>>> {}
    };
    // An argument more is one in the constructor and its call, in types and names, and in the handler and its call.
    for (item, most) in [(two, 40), (twelve, 40 + 10 * 6)] {
        for kind in [Kind::Query, Kind::Mutation, Kind::Action] {
            for visibility in [Visibility::Public, Visibility::Internal] {
                let expanded = crate::function::attribute(kind, visibility, quote!(), item.clone());
                let generated = lines(&expanded) - lines(&item);
                assert!(
                    generated <= most,
                    "{generated} lines are generated for {visibility:?} {kind:?}"
                );
            }
        }
    }
}

fn lines(tokens: &TokenStream) -> usize {
    let file = syn::parse2(tokens.clone()).expect("the tokens are a file");
    prettyplease::unparse(&file).lines().count()
}
