//! Everything of Lunora that runs: store, transactions, functions, server.

pub mod functions;
pub mod server;
