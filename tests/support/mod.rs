//! Real processes on real disks, spoken to over real sockets.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

pub mod console;
pub mod http;
pub mod npm;
pub mod program;
pub mod python;
pub mod rust;
pub mod seed;
pub mod server;
pub mod socket;
