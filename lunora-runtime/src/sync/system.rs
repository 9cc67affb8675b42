//! What production uses.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
pub(crate) use std::{thread, time::Instant};

pub(crate) use crossbeam_channel as channel;
pub(crate) use foldhash::fast::RandomState;
pub(crate) use parking_lot::{Condvar, Mutex, MutexGuard, RwLock};
use rand::{
    TryRng,
    rngs::{SysError, SysRng},
};

/// The time of day; zero on a machine that believes it is before 1970.
pub(crate) fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Fills `bytes` with numbers of the system's generator.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), SysError> {
    SysRng.try_fill_bytes(bytes)
}
