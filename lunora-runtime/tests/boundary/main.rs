//! The boundary: whoever has no admin key cannot tell an internal function from one that does not exist.

#[path = "../support/mod.rs"]
mod support;

mod attack;

use lunora_core::reference::Kind;

use crate::support::{options, serve};

attack::tests!(serve(options()));

#[test]
fn there_is_an_internal_function_of_each_kind() {
    let names = attack::internal_functions(&serve(options()));
    for kind in [Kind::Query, Kind::Mutation, Kind::Action] {
        assert!(names.iter().any(|name| name.kind == kind), "{kind:?}");
    }
}
