//! Everything of Lunora that runs: store, transactions, functions, server.
//!
//! The rooms, each importing only what stands below it: [`cli`] and [`backup`], [`codegen`], [`memory`], [`testing`], [`server`],
//! [`triggers`], [`functions`], [`database`], [`store`].

/// Types of the crate `http`, which are part of the interface of HTTP actions.
pub use http;

pub mod backup;
pub mod calendar;
pub mod cli;
pub mod codegen;
pub mod database;
pub mod functions;
pub mod memory;
pub mod server;
#[cfg(test)]
mod simulation;
pub mod store;
mod sync;
pub mod testing;
pub mod triggers;
