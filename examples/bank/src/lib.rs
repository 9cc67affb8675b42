//! A bank with one kind of account: the application that benchmarks run against.

pub mod bank;
pub mod schema;

lunora::app! {
    schema::Account,
    bank::{open, transfer, balance, total},
}
