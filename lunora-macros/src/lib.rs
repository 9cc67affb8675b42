//! The procedural macros of Lunora. Their documentation stands at their re-exports in the `lunora` crate.
//!
//! Each macro goes through the same stages, one file each: `parse` → `model` → `validate` → `expand`, with `fallback`
//! for what did not get through. The user's item always comes out, first and unchanged.

#![allow(missing_docs, reason = "users read the docs at the re-exports")]

mod app;
mod app_error;
mod attribute;
mod crons;
mod data;
mod errors;
mod function;
mod http_action;
mod names;
mod table;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

use crate::function::model::{Event, Kind, Visibility};

#[proc_macro_attribute]
pub fn query(options: TokenStream, item: TokenStream) -> TokenStream {
    function::attribute(Kind::Query, Visibility::Public, options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn mutation(options: TokenStream, item: TokenStream) -> TokenStream {
    function::attribute(Kind::Mutation, Visibility::Public, options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn action(options: TokenStream, item: TokenStream) -> TokenStream {
    function::attribute(Kind::Action, Visibility::Public, options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn internal_query(options: TokenStream, item: TokenStream) -> TokenStream {
    function::attribute(Kind::Query, Visibility::Internal, options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn internal_mutation(options: TokenStream, item: TokenStream) -> TokenStream {
    function::attribute(Kind::Mutation, Visibility::Internal, options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn internal_action(options: TokenStream, item: TokenStream) -> TokenStream {
    function::attribute(Kind::Action, Visibility::Internal, options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn on_connect(options: TokenStream, item: TokenStream) -> TokenStream {
    let kind = Kind::Hook(Event::Connect);
    function::attribute(kind, Visibility::Internal, options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn on_disconnect(options: TokenStream, item: TokenStream) -> TokenStream {
    let kind = Kind::Hook(Event::Disconnect);
    function::attribute(kind, Visibility::Internal, options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn on_start(options: TokenStream, item: TokenStream) -> TokenStream {
    let kind = Kind::Hook(Event::Start);
    function::attribute(kind, Visibility::Internal, options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn http_action(options: TokenStream, item: TokenStream) -> TokenStream {
    http_action::attribute(options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn crons(options: TokenStream, item: TokenStream) -> TokenStream {
    crons::attribute(options.into(), item.into()).into()
}

#[proc_macro]
pub fn cron(text: TokenStream) -> TokenStream {
    crons::bang(text.into()).into()
}

#[proc_macro_attribute]
pub fn data(options: TokenStream, item: TokenStream) -> TokenStream {
    data::attribute(options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn table(options: TokenStream, item: TokenStream) -> TokenStream {
    table::attribute(options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn index(options: TokenStream, item: TokenStream) -> TokenStream {
    table::misplaced_index(&options.into(), item.into()).into()
}

#[proc_macro_derive(AppError, attributes(app_error))]
pub fn app_error(item: TokenStream) -> TokenStream {
    app_error::derive(item.into()).into()
}

#[proc_macro]
pub fn app(list: TokenStream) -> TokenStream {
    app::bang(list.into()).into()
}
