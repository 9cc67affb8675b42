//! `#[crons]` and `cron!`.

use expect_test::expect;
use quote::quote;

use super::check;
use crate::crons;

#[test]
fn a_list() {
    let item = quote! {
        /// What is done at night.
        #[cfg(feature = "nights")]
        pub fn schedule() -> Crons { body }
    };
    check(
        crons::attribute(quote!(crate = super::lunora), item),
        &expect![[r#"
            /// What is done at night.
            #[cfg(feature = "nights")]
            pub fn schedule() -> Crons {
                body
            }
            #[cfg(feature = "nights")]
            #[doc(hidden)]
            #[allow(
                dead_code,
                missing_debug_implementations,
                nonstandard_style,
                unreachable_pub,
                clippy::all,
                clippy::pedantic
            )]
            pub mod __lunora_schedule {
                pub mod api {}
                pub mod internal {}
                pub use self::schedule as Entry;
                pub struct schedule {}
                impl super::super::lunora::__private::CronList for schedule {
                    type Place = schedule;
                    const LIST: fn() -> super::super::lunora::Crons = || super::schedule();
                }
                impl super::super::lunora::__private::Entry for schedule {
                    const WIRE_NAME: &'static str = "crons";
                    fn item() -> super::super::lunora::__private::Item {
                        super::super::lunora::__private::Item::crons::<Self>()
                    }
                }
            }
        "#]],
    );
}

#[test]
fn a_list_with_mistakes() {
    let item = quote!(
        async fn schedule(ctx: &QueryCtx) {}
    );
    check(
        crons::attribute(quote!(), item),
        &expect![[r#"
        async fn schedule(ctx: &QueryCtx) {}
        ::core::compile_error! {
            "a list of crons is made at once, when the server starts: remove `async`"
        }
        ::core::compile_error! {
            "a list of crons takes nothing: it is made once, when the server starts, before there is a context"
        }
        ::core::compile_error! {
            "a list of crons returns it: write `-> Crons`, and `Crons::new()` in the body"
        }
        #[doc(hidden)]
        #[allow(
            dead_code,
            missing_debug_implementations,
            nonstandard_style,
            unreachable_pub,
            clippy::all,
            clippy::pedantic
        )]
        pub mod __lunora_schedule {
            pub mod api {}
            pub mod internal {}
            pub use self::schedule as Entry;
            pub struct schedule {}
            impl ::lunora::__private::CronList for schedule {
                type Place = schedule;
                const LIST: fn() -> ::lunora::Crons = || ::core::unreachable!();
            }
            impl ::lunora::__private::Entry for schedule {
                const WIRE_NAME: &'static str = "crons";
                fn item() -> ::lunora::__private::Item {
                    ::lunora::__private::Item::crons::<Self>()
                }
            }
        }
    "#]],
    );
}

#[test]
fn a_half_typed_list() {
    check(
        crons::attribute(quote!(), quote!(pub fn schedule())),
        &expect![[
            r#"pub fn schedule () :: core :: compile_error ! { "a list of crons returns it: write `-> Crons`, and `Crons::new()` in the body" } # [doc (hidden)] # [allow (dead_code , missing_debug_implementations , nonstandard_style , unreachable_pub , clippy :: all , clippy :: pedantic)] pub mod __lunora_schedule { pub mod api { } pub mod internal { } pub use self :: schedule as Entry ; pub struct schedule { } impl :: lunora :: __private :: CronList for schedule { type Place = schedule ; const LIST : fn () -> :: lunora :: Crons = || :: core :: unreachable ! () ; } impl :: lunora :: __private :: Entry for schedule { const WIRE_NAME : & 'static str = "crons" ; fn item () -> :: lunora :: __private :: Item { :: lunora :: __private :: Item :: crons :: < Self > () } } }"#
        ]],
    );
}

#[test]
fn an_expression() {
    check(
        crons::bang(quote!("0 9 * * MON")),
        &expect![[
            r#"{ const EXPRESSION : :: lunora :: CronExpression = :: lunora :: CronExpression :: __checked ("0 9 * * MON") ; EXPRESSION }"#
        ]],
    );
}

#[test]
fn half_typed_expressions() {
    check(
        crons::bang(quote!()),
        &expect![[r#"
        ::core::compile_error! {
            "expected a string, which is checked while this is compiled: `cron!(\"0 9 * * MON\")`"
        }
    "#]],
    );
    check(
        crons::bang(quote!(crate = a "0 9 * * MON")),
        &expect![[r#"
        ::core::compile_error! {
            "expected `,`"
        }
    "#]],
    );
}
