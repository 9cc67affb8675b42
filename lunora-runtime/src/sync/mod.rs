//! Locks, threads, channels and the time, for all that runs in a simulation.
//!
//! These are the ones of `parking_lot`, `crossbeam-channel` and the standard library, under their own names. In this
//! crate's unit tests wrappers take their place. Outside of a simulation they do the same; in one its scheduler decides
//! who goes on at each of them, and when (see `simulated`). So what is simulated is the code that runs in production.
//!
//! A lock that is held for a few instructions, without another of these in between, need not be one of them.

#[cfg(test)]
pub(crate) mod simulated;
#[cfg(not(test))]
mod system;

#[cfg(test)]
pub(crate) use self::simulated::{
    Condvar, Instant, Mutex, MutexGuard, RandomState, RwLock, channel, fill_random, since_1970, thread,
};
#[cfg(not(test))]
pub(crate) use self::system::{
    Condvar, Instant, Mutex, MutexGuard, RandomState, RwLock, channel, fill_random, since_1970, thread,
};
