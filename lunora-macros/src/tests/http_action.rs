//! `#[http_action]`.

use expect_test::expect;
use quote::quote;

use super::check;
use crate::http_action::attribute;

#[test]
fn http_action() {
    let item = quote! {
        /// What the payment provider says.
        #[cfg(feature = "billing")]
        pub async fn webhook(ctx: &ActionCtx, mut request: Request) -> self::Answer {
            body
        }
    };
    check(
        attribute(
            quote!(POST, "/stripe/{account}/{*rest}", crate = my::lunora),
            item,
        ),
        &expect![[r#"
            /// What the payment provider says.
            #[cfg(feature = "billing")]
            pub async fn webhook(ctx: &ActionCtx, mut request: Request) -> self::Answer {
                body
            }
            #[cfg(feature = "billing")]
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
            pub mod __lunora_webhook {
                pub mod api {}
                pub(crate) mod internal {
                    use super::super::*;
                    pub(crate) struct webhook {}
                    pub(crate) fn webhook<A: my::lunora::__private::RunByRequestsAlone<T>, T>(
                        _: A,
                    ) -> T {
                        ::core::unreachable!()
                    }
                    impl my::lunora::__private::Entry for webhook {
                        const WIRE_NAME: &'static str = "http POST /stripe/{}/{*}";
                        fn item() -> my::lunora::__private::Item {
                            my::lunora::__private::Item::http_action::<Self>()
                        }
                    }
                    impl my::lunora::__private::HttpAction for webhook {
                        type Place = webhook;
                        type Request = Request;
                        type Return = super::super::Answer;
                        const METHOD: &'static str = "POST";
                        const ROUTE: &'static str = "/stripe/{account}/{*rest}";
                        const RUN: my::lunora::__private::HttpRun<Self> = |ctx, request| ::std::boxed::Box::pin(
                            super::super::webhook(ctx, request),
                        );
                    }
                }
                pub(crate) use self::internal::webhook as Entry;
            }
        "#]],
    );
}

#[test]
fn several_mistakes_at_once() {
    let item = quote!(
        pub fn webhook(request: &Request) {}
    );
    check(
        attribute(quote!(post, "stripe"), item),
        &expect![[r#"
        pub fn webhook(request: &Request) {}
        ::core::compile_error! {
            "an HTTP action is an async function: write `async fn webhook(..)`"
        }
        ::core::compile_error! {
            "an HTTP action takes the request after its context: `async fn name(ctx: &ActionCtx, request: Request) -> Result<Response>`"
        }
        ::core::compile_error! {
            "an HTTP action returns `Result<Response>`"
        }
        ::core::compile_error! {
            "methods are written in capitals: `POST`"
        }
        ::core::compile_error! {
            "a path starts with a slash: `\"/stripe\"`"
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
        pub mod __lunora_webhook {
            pub mod api {}
            pub(crate) mod internal {
                use super::super::*;
                pub(crate) struct webhook {}
                pub(crate) fn webhook<A: ::lunora::__private::RunByRequestsAlone<T>, T>(
                    _: A,
                ) -> T {
                    ::core::unreachable!()
                }
                impl ::lunora::__private::Entry for webhook {
                    const WIRE_NAME: &'static str = "http webhook";
                    fn item() -> ::lunora::__private::Item {
                        ::core::unreachable!()
                    }
                }
            }
            pub(crate) use self::internal::webhook as Entry;
        }
    "#]],
    );
}
