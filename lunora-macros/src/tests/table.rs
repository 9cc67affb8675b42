//! Tables: `#[table]` and `#[index]`.

use expect_test::expect;
use quote::quote;

use super::check;

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
                impl ::lunora::__private::ListedTable<super::Customer> for Customer {
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
            r#"pub struct Customer { pub address : } :: core :: compile_error ! { "unexpected end of input, expected one of: `for`, parentheses, `unsafe`, `fn`, `extern`, identifier, `::`, `<`, `dyn`, square brackets, `*`, `&`, `!`, `impl`, `_`, lifetime" } # [doc (hidden)] # [allow (dead_code , missing_debug_implementations , non_snake_case , private_interfaces , unreachable_pub , clippy :: all , clippy :: pedantic)] pub mod __lunora_Customer { pub mod api { } pub mod internal { } pub use self :: Customer as Entry ; pub struct Customer { } impl :: lunora :: __private :: ListedTable < Self > for Customer { type Place = Customer ; } impl :: lunora :: __private :: Entry for Customer { const WIRE_NAME : & 'static str = "table customers" ; fn item () -> :: lunora :: __private :: Item { :: core :: unreachable ! () } } }"#
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
                impl ::lunora::__private::ListedTable<super::Customer> for Customer {
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
