//! Generated code for clients: what it lets through, what it refuses, and what never stands in it.

#[path = "../support/mod.rs"]
mod support;

pub mod app;
/// Generated for [`app`], by the test `rust::the_generated_text_is_the_one_that_is_meant`.
#[rustfmt::skip]
pub mod generated;
mod rust;
#[cfg(unix)]
mod typescript;

use crate::app::{customers, schema, secrets, values};

lunora::app! {
    schema::{Customer, SecretAudit, Visit},
    // Not in the order of their names: in which order types are met must not show.
    values::{everything, external, payment, adjacent, loose, flat, unusual, record},
    customers::{find, list_pages, add, plans::{list, level}},
    secrets::{secret_query, secret_mutation, secret_action},
}

#[test]
fn what_only_internal_functions_use_is_nowhere() {
    let files = [lunora::codegen::typescript(&app()), lunora::codegen::rust(&app())];
    for file in files.concat() {
        let text = file.text.to_lowercase();
        assert!(!text.contains("secret"), "{}: {text}", file.name);
    }
}
