//! What production uses.

pub(crate) use std::{thread, time::Instant};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) use crossbeam_channel as channel;
pub(crate) use foldhash::fast::RandomState;
pub(crate) use parking_lot::{Condvar, Mutex, MutexGuard, RwLock};

/// The time of day; zero on a machine that believes it is before 1970.
pub(crate) fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
