//! Messages of the sync protocol, as clients and servers in the field write them.
#![allow(missing_docs, reason = "a test")]

mod client;
mod server;
mod strange;
