//! Everything of Lunora that runs: store, transactions, functions, server.
//!
//! The rooms, each importing only what stands below it: [`cli`], [`testing`], [`server`], [`functions`],
//! [`database`], [`store`].

pub mod cli;
pub mod database;
pub mod functions;
pub mod server;
pub mod store;
pub mod testing;
