//! Where queries and mutations run: threads of our own, without any I/O or timer driver.
//!
//! A handler that never yields cannot be stopped. It holds one thread; the watchdog names it in the log and puts
//! another thread in its place, so that it holds up nobody else.

mod poll;
mod pool;

pub(crate) use self::{
    poll::{Panicked, drive},
    pool::{Executor, Job, PoolFull, Slot},
};
