//! A simulation: real threads of which one runs at a time, in an order and at a time that follow from a seed.
//!
//! The scheduler is asked at every lock, wait, channel, sleep and file operation. There it lets the same thread go on or
//! another one, as its random numbers say. Time is virtual: it creeps with every step, and when nobody can go on it
//! leaps to the next deadline; now and then it leaps while others could, as if they had been held up. Nothing else
//! decides anything, so one seed is one history.
//!
//! [`Simulation::crash`], a number of steps or the end of its main thread end a simulation: each thread unwinds from where
//! it is, as the process would be gone, and what it drops on the way decides nothing any more.
//!
//! Threads, not stackless tasks, because the code under test blocks: on locks, on the lane, on the disk. They are handed
//! the baton with `park` and `unpark`, so whatever is not of this module (`redb`, an uncontended lock) just works, as
//! long as nobody is asked for the baton inside it while it holds a lock.

pub(crate) mod channel;
mod lock;
mod random;
mod scheduler;
pub(crate) mod thread;
mod time;

/// Hashes whose collisions decide something are the same each time.
pub(crate) use foldhash::fast::FixedState as RandomState;

pub(crate) use self::{
    lock::{Condvar, Mutex, MutexGuard, RwLock},
    random::{Random, fill_random},
    scheduler::{Ended, Plan, Simulation, block_on, crash, is_over, pause},
    time::{Instant, since_1970},
};
