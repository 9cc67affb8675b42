//! Everything of Lunora that runs: store, transactions, functions, server.

pub mod database;
pub mod store;
