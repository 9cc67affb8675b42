//! Half-typed code: whatever else is wrong, the names that others use are there.

use proc_macro2::TokenStream;
use quote::quote;

use super::query;

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
fn half_typed_http_actions_keep_their_entry() {
    let entry = ["pub mod __lunora_hook", "struct hook", "fn hook"];
    let item = quote!(
        pub async fn hook(ctx: &ActionCtx, request: Request) -> Result<Response> {}
    );
    for options in [
        quote!(),
        quote!(P),
        quote!(POST),
        quote!(POST,),
        quote!(POST, ""),
        quote!(POST, "/a/{"),
        quote!(POST, "/a", c),
        quote!(POST, "/a", crate = ),
    ] {
        let expanded = crate::http_action::attribute(options, item.clone());
        recovers(expanded, "pub async fn hook", &entry);
    }
    for item in [
        quote!(pub async fn hook(ctx: &ActionCtx, request) -> Result<Response> {}),
        quote!(
            pub async fn hook(ctx: &ActionCtx) -> Result<Response> {}
        ),
        quote!(pub async fn hook(ctx: &ActionCtx, request: Request) -> {}),
        quote!(pub async fn hook(ctx: &ActionCtx, request: Request)),
    ] {
        let expanded = crate::http_action::attribute(quote!(POST, "/a"), item);
        recovers(expanded, "pub async fn hook", &entry);
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
