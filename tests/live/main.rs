//! Live queries: who is told what, as of when, and how many runs it takes.

#![allow(
    clippy::float_cmp,
    reason = "counters are whole numbers, which floats hold exactly"
)]
#![allow(
    unreachable_pub,
    clippy::missing_panics_doc,
    reason = "an application is written as a library is"
)]

mod counters;
mod failures;
mod hanging;
mod lists;
mod model;
mod pages;
mod passing;
mod read_sets;
mod schema;
mod sharing;
mod stores;
mod support;
mod transitions;

lunora::app! {
    schema::Counter,
    schema::Row,
    counters::{
        set, remove, transfer, value, hidden, is_even, total, whose, subject, timed, expect, gated, unhurried, careless, text, objection,
    },
    lists::{add, remove, page},
}

/// The application, in memory.
fn open() -> lunora_runtime::functions::Runtime {
    lunora::testing::TestApp::new(app()).unwrap().runtime().clone()
}
