//! The list: `app!`.

use expect_test::expect;
use quote::quote;

use super::check;

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
                impl ::lunora::__private::ListedTable<()> for Unread<WHY> {}
                impl ::lunora::__private::ListedTable<()> for Unread<WHY> {}
                impl ::lunora::__private::CronList for Unread<WHY> {}
                impl ::lunora::__private::CronList for Unread<WHY> {}
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
