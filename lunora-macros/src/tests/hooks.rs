//! `#[on_connect]` and its like.

use expect_test::expect;
use quote::quote;

use super::check;
use crate::function::{
    attribute,
    model::{Event, Kind, Visibility},
};

#[test]
fn gate() {
    let item = quote!(
        async fn door(ctx: &mut MutationCtx, connection: Connection) -> Result<()> {}
    );
    let kind = Kind::Hook(Event::Connect);
    check(
        attribute(kind, Visibility::Internal, quote!(gate), item),
        &expect![[r#"
            async fn door(ctx: &mut MutationCtx, connection: Connection) -> Result<()> {}
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
            pub mod __lunora_door {
                pub mod api {}
                pub(crate) mod internal {
                    use super::super::*;
                    pub(crate) struct door {}
                    pub(crate) fn door(connection: Connection) -> ::lunora::Call<door> {
                        ::lunora::Call::__new((connection,))
                    }
                    impl ::lunora::__private::FunctionRef for door {
                        type Place = door;
                        type Kind = ::lunora::__private::Hook;
                        type Visibility = ::lunora::__private::Internal;
                        type Args = (Connection,);
                        type Return = Result<()>;
                        const ARGS: &'static [&'static str] = &["connection"];
                        const NAME: &'static str = "door";
                    }
                    impl ::lunora::__private::Handler for door {
                        const RUN: ::lunora::__private::RunOf<Self> = |ctx, (connection,)| ::std::boxed::Box::pin(
                            super::super::door(ctx, connection),
                        );
                        const EVENT: ::core::option::Option<::lunora::__private::Event> = ::core::option::Option::Some(
                            ::lunora::__private::Event::connect::<(Connection,)>(true),
                        );
                    }
                }
                pub(crate) use self::internal::door as Entry;
            }
        "#]],
    );
}

#[test]
fn half_a_hook() {
    let kind = Kind::Hook(Event::Start);
    check(
        attribute(
            kind,
            Visibility::Internal,
            quote!(gate),
            quote!(async fn opened(ctx: &mut)),
        ),
        &expect![[
            r#"async fn opened (ctx : & mut) :: core :: compile_error ! { "only `#[on_connect(gate)]` can be a gate, which may refuse a connection" } :: core :: compile_error ! { "unexpected end of input, expected one of: `for`, parentheses, `unsafe`, `fn`, `extern`, identifier, `::`, `<`, `dyn`, square brackets, `*`, `&`, `!`, `impl`, `_`, lifetime" } # [doc (hidden)] # [allow (deprecated , missing_debug_implementations , nonstandard_style , unreachable_pub , unused , clippy :: all , clippy :: pedantic)] pub mod __lunora_opened { pub mod api { } pub (crate) mod internal { use super :: super :: * ; pub (crate) struct opened { } pub (crate) fn opened < > () -> :: lunora :: Call < opened > { let _ = () ; :: lunora :: Call :: __new (()) } impl :: lunora :: __private :: FunctionRef for opened { type Place = opened ; type Kind = :: lunora :: __private :: Hook ; type Visibility = :: lunora :: __private :: Internal ; type Args = () ; type Return = :: lunora :: Result < () > ; const ARGS : & 'static [& 'static str] = & [] ; const NAME : & 'static str = "opened" ; } impl :: lunora :: __private :: Handler for opened { const RUN : :: lunora :: __private :: RunOf < Self > = | _ , () | :: core :: unreachable ! () ; } } pub (crate) use self :: internal :: opened as Entry ; }"#
        ]],
    );
}
