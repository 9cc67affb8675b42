//! The HTTP boundary over a real socket, byte by byte.

#[path = "../support/mod.rs"]
mod support;

mod actions;
mod answers;
mod assets;
mod callers;
mod cors;
mod crons;
mod export;
mod jobs;
mod limits;
mod logs;
mod moments;
mod requests;
mod routes;
mod shutdown;
mod strange_input;
