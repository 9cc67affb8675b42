//! Types that travel: `#[data]` and `AppError`.

use expect_test::expect;
use quote::quote;

use super::check;

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
