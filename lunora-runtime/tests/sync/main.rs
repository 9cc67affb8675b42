//! The sync protocol over real sockets, message by message.

#[path = "../support/mod.rs"]
mod support;

mod actions;
mod full_disk;
mod fuzz;
mod hooks;
mod identity;
mod idle;
mod lifecycle;
mod limits;
mod mutations;
mod queries;
mod resends;
mod turns;
mod upgrade;
mod violations;
