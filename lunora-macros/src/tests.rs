//! What the macros expand to, as text; `UPDATE_EXPECT=1 cargo test -p lunora-macros` writes it anew.

#![allow(
    clippy::too_many_lines,
    clippy::needless_raw_string_hashes,
    reason = "snapshots are written by expect-test"
)]

use expect_test::{Expect, expect};
use proc_macro2::TokenStream;
use quote::quote;

use crate::function::model::{Kind, Visibility};

fn check(expanded: TokenStream, expected: &Expect) {
    let text = match syn::parse2(expanded.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => expanded.to_string(),
    };
    expected.assert_eq(&text);
}

fn query(options: TokenStream, item: TokenStream) -> TokenStream {
    crate::function::attribute(Kind::Query, Visibility::Public, options, item)
}

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
            "a query is a free function, not a method: write it outside the `impl` block, with `ctx: &QueryCtx` in place of `self`"
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

#[test]
fn table() {
    let item = quote! {
        /// A customer.
        #[index(by_city(address.city), unique)]
        pub struct Customer {
            /// Where.
            pub address: Address,
            #[serde(with = "lunora::number")]
            pub credit: i64,
            note: Option<String>,
        }
    };
    check(
        crate::table::attribute(quote!("customers"), item),
        &expect![[r##"
            #[derive(::lunora::__private::serde::Serialize, ::lunora::__private::serde::Deserialize)]
            #[serde(crate = "::lunora::__private::serde", rename_all = "camelCase")]
            /// A customer.
            pub struct Customer {
                /// Where.
                #[serde(
                    bound = "for < '__lunora > Address : :: lunora :: __private :: Travels < '__lunora >"
                )]
                pub address: Address,
                #[serde(with = "lunora::number")]
                pub credit: i64,
                #[serde(
                    bound = "for < '__lunora > Option < String > : :: lunora :: __private :: Travels < '__lunora >"
                )]
                note: Option<String>,
            }
            #[automatically_derived]
            impl ::lunora::__private::Shape for Customer {
                fn shape(shapes: &mut ::lunora::__private::Shapes) -> ::lunora::__private::Node {
                    #[allow(unused_imports)]
                    use ::lunora::__private::NoShape as _;
                    shapes
                        .named::<
                            Self,
                        >(
                            "Customer",
                            "A customer.",
                            |shapes| ::lunora::__private::Node::object([
                                ::lunora::__private::Field::new(
                                        "address",
                                        ::lunora::__private::ShapeOf::<Address>::node(shapes),
                                    )
                                    .docs("Where."),
                                ::lunora::__private::Field {
                                    name: "credit",
                                    shape: ::lunora::__private::Node::Integer {
                                        min: -9007199254740992i64,
                                        max: 9007199254740992i64,
                                    },
                                    optional: false,
                                    docs: "",
                                },
                                ::lunora::__private::Field::new(
                                    "note",
                                    ::lunora::__private::ShapeOf::<Option<String>>::node(shapes),
                                ),
                            ]),
                        )
                }
            }
            #[automatically_derived]
            impl ::lunora::__private::HasField<1673076945917317811u64> for Customer {
                type Type = Address;
                type Plain = ();
                const NAME: &'static str = "address";
            }
            #[automatically_derived]
            impl ::lunora::__private::Table for Customer
            where
                for<'__lunora> Customer: ::lunora::__private::Travels<'__lunora>,
            {
                const NAME: &'static str = "customers";
                const INDEXES: &'static [::lunora::__private::IndexSpec] = &[
                    ::lunora::__private::IndexSpec {
                        name: "by_city",
                        fields: &[
                            &[
                                "address",
                                <Address as ::lunora::__private::HasField<
                                    18003902094994090146u64,
                                >>::NAME,
                            ],
                        ],
                        unique: true,
                    },
                ];
            }
            #[allow(dead_code, clippy::all, clippy::pedantic)]
            impl Customer {
                ///The unique index over `address.city`.
                pub const fn by_city() -> ::lunora::__private::Range<
                    Self,
                    (<Address as ::lunora::__private::HasField<18003902094994090146u64>>::Type, ()),
                > {
                    ::lunora::__private::Range::__new("by_city")
                }
                /// Documents in the order in which they were inserted.
                pub const fn by_creation_time() -> ::lunora::__private::Range<Self, (f64, ())> {
                    ::lunora::__private::Range::__new(::lunora::__private::BY_CREATION_TIME)
                }
                /// Documents in the order of their ids.
                pub const fn by_id() -> ::lunora::__private::Range<Self, (::lunora::Id<Self>, ())> {
                    ::lunora::__private::Range::__new(::lunora::__private::BY_ID)
                }
                ///Changes nothing yet: each setter changes one field of a [`Customer`].
                #[must_use]
                pub const fn patch() -> __lunora_Customer::CustomerPatch {
                    __lunora_Customer::CustomerPatch {
                        changes: ::lunora::__private::Patch::new(),
                    }
                }
            }
            #[allow(dead_code, clippy::all, clippy::pedantic)]
            impl __lunora_Customer::CustomerPatch {
                ///Sets `address`.
                #[must_use]
                pub fn address(self, value: Address) -> Self {
                    Self {
                        changes: self
                            .changes
                            .set_with(
                                "address",
                                |serializer| {
                                    #[allow(unused_imports)]
                                    use ::lunora::__private::NoShape as _;
                                    ::lunora::__private::ShapeOf::<
                                        Address,
                                    >::write(&value, serializer)
                                },
                            ),
                    }
                }
                ///Sets `credit`.
                #[must_use]
                pub fn credit(self, value: i64) -> Self {
                    Self {
                        changes: self
                            .changes
                            .set_with(
                                "credit",
                                |serializer| lunora::number::serialize(&value, serializer),
                            ),
                    }
                }
                ///Sets `note`.
                #[must_use]
                fn note(self, value: Option<String>) -> Self {
                    Self {
                        changes: self
                            .changes
                            .set_with(
                                "note",
                                |serializer| {
                                    #[allow(unused_imports)]
                                    use ::lunora::__private::NoShape as _;
                                    ::lunora::__private::ShapeOf::<
                                        Option<String>,
                                    >::write(&value, serializer)
                                },
                            ),
                    }
                }
                ///Removes `note`.
                #[must_use]
                fn unset_note(self) -> Self {
                    Self {
                        changes: self.changes.unset("note"),
                    }
                }
            }
            #[automatically_derived]
            impl ::lunora::__private::IntoPatch<Customer> for __lunora_Customer::CustomerPatch {
                fn into_patch(self) -> ::lunora::__private::Patch<Customer> {
                    self.changes
                }
            }
            #[doc(hidden)]
            #[allow(
                dead_code,
                missing_debug_implementations,
                non_snake_case,
                private_interfaces,
                unreachable_pub,
                clippy::all,
                clippy::pedantic
            )]
            pub mod __lunora_Customer {
                pub mod api {}
                pub mod internal {}
                pub use self::Customer as Entry;
                pub struct Customer {}
                impl ::lunora::__private::ListedTable for Customer {
                    type Place = Customer;
                }
                impl ::lunora::__private::Entry for Customer {
                    const WIRE_NAME: &'static str = "table customers";
                    fn item() -> ::lunora::__private::Item {
                        ::lunora::__private::Item::table::<super::Customer>()
                    }
                }
                ///Changes to some fields of a [`Customer`].
                pub struct CustomerPatch {
                    pub(super) changes: ::lunora::__private::Patch<super::Customer>,
                }
            }
        "##]],
    );
}

#[test]
fn half_typed_table() {
    check(
        crate::table::attribute(quote!("customers"), quote!(pub struct Customer { pub address: })),
        &expect![[
            r#"pub struct Customer { pub address : } :: core :: compile_error ! { "unexpected end of input, expected one of: `for`, parentheses, `unsafe`, `fn`, `extern`, identifier, `::`, `<`, `dyn`, square brackets, `*`, `&`, `!`, `impl`, `_`, lifetime" } # [doc (hidden)] # [allow (dead_code , missing_debug_implementations , non_snake_case , private_interfaces , unreachable_pub , clippy :: all , clippy :: pedantic)] pub mod __lunora_Customer { pub mod api { } pub mod internal { } pub use self :: Customer as Entry ; pub struct Customer { } impl :: lunora :: __private :: ListedTable for Customer { type Place = Customer ; } impl :: lunora :: __private :: Entry for Customer { const WIRE_NAME : & 'static str = "table customers" ; fn item () -> :: lunora :: __private :: Item { :: core :: unreachable ! () } } }"#
        ]],
    );
}

#[test]
fn half_typed_index() {
    let item = quote!(
        #[index(by_)]
        pub struct Customer {
            pub a: i64,
        }
    );
    check(
        crate::table::attribute(quote!("customers"), item),
        &expect![[r#"
            pub struct Customer {
                pub a: i64,
            }
            impl ::lunora::__private::serde::Serialize for Customer {
                fn serialize<S: ::lunora::__private::serde::Serializer>(
                    &self,
                    _: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    ::core::unreachable!()
                }
            }
            impl<'de> ::lunora::__private::serde::Deserialize<'de> for Customer {
                fn deserialize<D: ::lunora::__private::serde::Deserializer<'de>>(
                    _: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    ::core::unreachable!()
                }
            }
            impl ::lunora::__private::Shape for Customer {
                fn shape(_: &mut ::lunora::__private::Shapes) -> ::lunora::__private::Node {
                    ::core::unreachable!()
                }
            }
            #[automatically_derived]
            impl ::lunora::__private::HasField<12638187200555641996u64> for Customer {
                type Type = i64;
                type Plain = ();
                const NAME: &'static str = "a";
            }
            #[automatically_derived]
            impl ::lunora::__private::Table for Customer
            where
                for<'__lunora> Customer: ::lunora::__private::Travels<'__lunora>,
            {
                const NAME: &'static str = "customers";
                const INDEXES: &'static [::lunora::__private::IndexSpec] = &[];
            }
            #[allow(dead_code, clippy::all, clippy::pedantic)]
            impl Customer {
                /// Documents in the order in which they were inserted.
                pub const fn by_creation_time() -> ::lunora::__private::Range<Self, (f64, ())> {
                    ::lunora::__private::Range::__new(::lunora::__private::BY_CREATION_TIME)
                }
                /// Documents in the order of their ids.
                pub const fn by_id() -> ::lunora::__private::Range<Self, (::lunora::Id<Self>, ())> {
                    ::lunora::__private::Range::__new(::lunora::__private::BY_ID)
                }
                ///Changes nothing yet: each setter changes one field of a [`Customer`].
                #[must_use]
                pub const fn patch() -> __lunora_Customer::CustomerPatch {
                    __lunora_Customer::CustomerPatch {
                        changes: ::lunora::__private::Patch::new(),
                    }
                }
            }
            #[allow(dead_code, clippy::all, clippy::pedantic)]
            impl __lunora_Customer::CustomerPatch {
                ///Sets `a`.
                #[must_use]
                pub fn a(self, value: i64) -> Self {
                    Self {
                        changes: self
                            .changes
                            .set_with(
                                "a",
                                |serializer| {
                                    #[allow(unused_imports)]
                                    use ::lunora::__private::NoShape as _;
                                    ::lunora::__private::ShapeOf::<i64>::write(&value, serializer)
                                },
                            ),
                    }
                }
            }
            #[automatically_derived]
            impl ::lunora::__private::IntoPatch<Customer> for __lunora_Customer::CustomerPatch {
                fn into_patch(self) -> ::lunora::__private::Patch<Customer> {
                    self.changes
                }
            }
            #[doc(hidden)]
            #[allow(
                dead_code,
                missing_debug_implementations,
                non_snake_case,
                private_interfaces,
                unreachable_pub,
                clippy::all,
                clippy::pedantic
            )]
            pub mod __lunora_Customer {
                pub mod api {}
                pub mod internal {}
                pub use self::Customer as Entry;
                pub struct Customer {}
                impl ::lunora::__private::ListedTable for Customer {
                    type Place = Customer;
                }
                impl ::lunora::__private::Entry for Customer {
                    const WIRE_NAME: &'static str = "table customers";
                    fn item() -> ::lunora::__private::Item {
                        ::lunora::__private::Item::table::<super::Customer>()
                    }
                }
                ///Changes to some fields of a [`Customer`].
                pub struct CustomerPatch {
                    pub(super) changes: ::lunora::__private::Patch<super::Customer>,
                }
            }
            ::core::compile_error! {
                "expected `#[index(by_name(field, other.field), unique)]`, where `unique` may be left out"
            }
        "#]],
    );
}

#[test]
fn data() {
    let item = quote! {
        #[serde(tag = "type")]
        pub enum Payment<T> {
            Cash,
            Card { last_digits: String, more: T },
        }
    };
    check(
        crate::data::attribute(quote!(), item),
        &expect![[r##"
            #[derive(::lunora::__private::serde::Serialize, ::lunora::__private::serde::Deserialize)]
            #[serde(
                crate = "::lunora::__private::serde",
                rename_all = "camelCase",
                rename_all_fields = "camelCase"
            )]
            #[serde(tag = "type")]
            pub enum Payment<T> {
                Cash,
                Card { last_digits: String, more: T },
            }
            #[automatically_derived]
            impl<T: ::lunora::__private::Shape> ::lunora::__private::Shape for Payment<T> {
                fn shape(shapes: &mut ::lunora::__private::Shapes) -> ::lunora::__private::Node {
                    #[allow(unused_imports)]
                    use ::lunora::__private::NoShape as _;
                    shapes
                        .named::<
                            Self,
                        >(
                            "Payment",
                            "",
                            |shapes| ::lunora::__private::Node::union([
                                ::lunora::__private::Node::object([
                                    ::lunora::__private::Field::new(
                                        "type",
                                        ::lunora::__private::Node::literal("cash"),
                                    ),
                                ]),
                                ::lunora::__private::Node::object([
                                    ::lunora::__private::Field::new(
                                        "type",
                                        ::lunora::__private::Node::literal("card"),
                                    ),
                                    ::lunora::__private::Field::new(
                                        "lastDigits",
                                        ::lunora::__private::ShapeOf::<String>::node(shapes),
                                    ),
                                    ::lunora::__private::Field::new(
                                        "more",
                                        ::lunora::__private::ShapeOf::<T>::node(shapes),
                                    ),
                                ]),
                            ]),
                        )
                }
            }
        "##]],
    );
}

#[test]
fn app_error() {
    check(
        crate::app_error::derive(quote!(
            pub enum Billing {
                Declined,
            }
        )),
        &expect![[r#"
            #[automatically_derived]
            impl ::lunora::__private::AppError for Billing {
                type Data = Billing;
            }
            #[automatically_derived]
            impl ::core::convert::From<Billing> for ::lunora::Error {
                fn from(error: Billing) -> Self {
                    ::lunora::__private::AppError::__into_error(error)
                }
            }
        "#]],
    );
}

#[test]
fn app() {
    let list = quote!(schema::Customer, billing::{close, #[cfg(unix)] invoices::{create}});
    check(
        crate::app::bang(list),
        &expect![[r##"
            #[doc(hidden)]
            #[allow(clippy::all, clippy::pedantic)]
            pub mod __lunora_app_stands_once_in_a_module {
                mod entries {
                    pub(super) use super::super::schema::__lunora_Customer as entry_0;
                    pub(super) use super::super::billing::__lunora_close as entry_1;
                    #[cfg(unix)]
                    pub(super) use super::super::billing::invoices::__lunora_create as entry_2;
                }
                impl ::lunora::__private::Listed for entries::entry_0::Entry {
                    const MODULE: &'static str = "schema";
                }
                impl ::lunora::__private::Listed for entries::entry_1::Entry {
                    const MODULE: &'static str = "billing";
                }
                #[cfg(unix)]
                impl ::lunora::__private::Listed for entries::entry_2::Entry {
                    const MODULE: &'static str = "billing/invoices";
                }
                /// References to the functions that clients may call, nested as the modules are.
                #[allow(unused_imports)]
                pub mod api {
                    #[doc(hidden)]
                    pub(crate) enum __LunoraTree {}
                    ///Functions of `schema`.
                    pub mod schema {
                        pub use super::super::entries::entry_0::api::*;
                    }
                    ///Functions of `billing`.
                    pub mod billing {
                        pub use super::super::entries::entry_1::api::*;
                        #[cfg(unix)]
                        ///Functions of `invoices`.
                        pub mod invoices {
                            #[cfg(unix)]
                            pub use super::super::super::entries::entry_2::api::*;
                        }
                    }
                }
                /// References to the functions that only the server may call, nested as the modules are.
                #[allow(unused_imports)]
                pub(crate) mod internal {
                    #[doc(hidden)]
                    pub(crate) enum __LunoraTree {}
                    ///Functions of `schema`.
                    pub(crate) mod schema {
                        pub(crate) use super::super::entries::entry_0::internal::*;
                    }
                    ///Functions of `billing`.
                    pub(crate) mod billing {
                        pub(crate) use super::super::entries::entry_1::internal::*;
                        #[cfg(unix)]
                        ///Functions of `invoices`.
                        pub(crate) mod invoices {
                            #[cfg(unix)]
                            pub(crate) use super::super::super::entries::entry_2::internal::*;
                        }
                    }
                }
                /// The application: every function and table of this crate.
                #[must_use]
                pub const fn app() -> ::lunora::App {
                    const ENTRIES: &[::lunora::__private::Listing] = &::lunora::__private::unique([
                        ::lunora::__private::entry::<entries::entry_0::Entry>(),
                        ::lunora::__private::entry::<entries::entry_1::Entry>(),
                        #[cfg(unix)]
                        ::lunora::__private::entry::<entries::entry_2::Entry>(),
                    ]);
                    ::lunora::App::__new(ENTRIES)
                }
                impl ::lunora::__private::names::ApiIsFree for api::__LunoraTree {}
                impl ::lunora::__private::names::InternalIsFree for internal::__LunoraTree {}
                pub(super) use ::lunora::__private::names as __lunora_names;
                const _: () = {
                    use super::__lunora_app_stands_once_in_a_module::__lunora_names as names;
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
            #[allow(unused_imports)]
            pub use self::__lunora_app_stands_once_in_a_module::*;
        "##]],
    );
}

#[test]
fn half_typed_list() {
    check(
        crate::app::bang(quote!(billing::, schema::Customer)),
        &expect![[r##"
            #[doc(hidden)]
            #[allow(clippy::all, clippy::pedantic)]
            pub mod __lunora_app_stands_once_in_a_module {
                mod entries {
                    pub(super) use super::super::schema::__lunora_Customer as entry_0;
                }
                impl ::lunora::__private::Listed for entries::entry_0::Entry {
                    const MODULE: &'static str = "schema";
                }
                struct Unread<const WHY: usize>;
                const WHY: usize = {
                    ::core::compile_error! {
                        "expected the path of an item: `module::name`"
                    }
                };
                impl ::lunora::__private::FunctionRef for Unread<WHY> {}
                impl ::lunora::__private::FunctionRef for Unread<WHY> {}
                impl ::lunora::__private::ListedTable for Unread<WHY> {}
                impl ::lunora::__private::ListedTable for Unread<WHY> {}
                /// References to the functions that clients may call, nested as the modules are.
                #[allow(unused_imports)]
                pub mod api {
                    #[doc(hidden)]
                    pub(crate) enum __LunoraTree {}
                    ///Functions of `schema`.
                    pub mod schema {
                        pub use super::super::entries::entry_0::api::*;
                    }
                }
                /// References to the functions that only the server may call, nested as the modules are.
                #[allow(unused_imports)]
                pub(crate) mod internal {
                    #[doc(hidden)]
                    pub(crate) enum __LunoraTree {}
                    ///Functions of `schema`.
                    pub(crate) mod schema {
                        pub(crate) use super::super::entries::entry_0::internal::*;
                    }
                }
                /// The application: every function and table of this crate.
                #[must_use]
                pub const fn app() -> ::lunora::App {
                    const ENTRIES: &[::lunora::__private::Listing] = &::lunora::__private::unique([
                        ::lunora::__private::entry::<entries::entry_0::Entry>(),
                    ]);
                    ::lunora::App::__new(ENTRIES)
                }
                impl ::lunora::__private::names::ApiIsFree for api::__LunoraTree {}
                impl ::lunora::__private::names::InternalIsFree for internal::__LunoraTree {}
                pub(super) use ::lunora::__private::names as __lunora_names;
                const _: () = {
                    use super::__lunora_app_stands_once_in_a_module::__lunora_names as names;
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
            #[allow(unused_imports)]
            pub use self::__lunora_app_stands_once_in_a_module::*;
        "##]],
    );
}

/// A crate in which one function is half-typed still has all its names; each of these must come out with the user's
/// tokens first, the reference after them, and at most one error between.
fn recovers(expanded: TokenStream, user: &str, names: &[&str]) {
    let text = expanded.to_string();
    assert!(text.starts_with(user), "the user's tokens come first:\n{text}");
    for name in names {
        assert!(text.contains(name), "`{name}` is still there:\n{text}");
    }
    let errors = text.matches("compile_error").count();
    assert!(errors <= 1, "{errors} errors for one mistake:\n{text}");
}

#[test]
fn half_typed_functions_keep_their_reference() {
    let reference = ["pub mod __lunora_list", "pub struct list", "pub fn list"];
    let signature = "pub async fn list (ctx : & QueryCtx";
    let bodies = [
        quote!(let),
        quote!(ctx.db().query::<),
        quote!(if),
        quote!(match x),
        quote!(ctx.run_query(crate::api::)),
        quote!(Ok(.)),
    ];
    for body in bodies {
        let item = quote!(pub async fn list(ctx: &QueryCtx) -> Result<()> { #body });
        recovers(query(quote!(), item), signature, &reference);
    }
    let signatures = [
        quote!(pub async fn list(ctx: &QueryCtx, channel) -> Result<()> {}),
        quote!(pub async fn list(ctx: &QueryCtx, channel: ) -> Result<()> {}),
        quote!(pub async fn list(ctx: &QueryCtx,,) -> Result<()> {}),
        quote!(pub async fn list(ctx: &QueryCtx) -> {}),
        quote!(pub async fn list(ctx: &QueryCtx) -> Result< {}),
        quote!(pub async fn list(ctx: &QueryCtx)),
        quote!(pub async fn list(ctx: &QueryCtx) -> Result<()>),
    ];
    for item in signatures {
        recovers(query(quote!(), item), signature, &reference);
    }
}

#[test]
fn half_typed_options_keep_the_reference() {
    let reference = ["pub mod __lunora_list", "pub fn list"];
    for options in [
        quote!(r),
        quote!(rename),
        quote!(rename = ),
        quote!(limits),
        quote!(limits()),
        quote!(limits(documents_read)),
        quote!(limits(documents_read = )),
        quote!(rename = "a",,),
        quote!(crate = ),
    ] {
        let item = quote!(
            pub async fn list(ctx: &QueryCtx) -> Result<()> {}
        );
        recovers(query(options, item), "pub async fn list", &reference);
    }
}

#[test]
fn half_typed_tables_keep_their_accessors() {
    let accessors = ["pub struct Customer", "fn by_id", "fn patch", "__lunora_Customer"];
    let columns = quote!(
        pub struct Customer {
            pub a: i64,
        }
    );
    for index in [
        quote!(#[index]),
        quote!(#[index()]),
        quote!(#[index(by_a)]),
        quote!(#[index(by_a())]),
        quote!(#[index(by_a(a.))]),
        quote!(#[index(by_a(a),,)]),
        quote!(#[index(by_a(b))]),
    ] {
        let expanded = crate::table::attribute(quote!("customers"), quote!(#index #columns));
        recovers(expanded, "pub struct Customer", &accessors);
    }
    for item in [
        quote!(pub struct Customer { pub a: }),
        quote!(pub struct Customer { pub }),
        quote!(pub struct Customer),
        quote!(pub struct Customer { pub a: Vec< }),
    ] {
        let expanded = crate::table::attribute(quote!("customers"), item);
        recovers(expanded, "pub struct Customer", &["pub mod __lunora_Customer"]);
    }
    for options in [
        quote!(),
        quote!("customers",,),
        quote!("customers", uni),
        quote!(""),
    ] {
        let expanded = crate::table::attribute(options, columns.clone());
        recovers(expanded, "pub struct Customer", &accessors);
    }
}

#[test]
fn half_typed_lists_keep_their_other_entries() {
    for list in [
        quote!(billing::close, billing::),
        quote!(billing::close, billing::{}),
        quote!(billing::close, ,),
        quote!(
            billing::close,
            #[cfg]
            x::y
        ),
        quote!(billing::{close, invoices::{}}),
        quote!(billing::close billing::open),
    ] {
        recovers(
            crate::app::bang(list),
            "",
            &["__lunora_close", "pub mod api", "fn app"],
        );
    }
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
