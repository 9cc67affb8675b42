//! Numbers that nobody can guess, except from the seed of a simulation.

use rand::{
    Rng, TryRng,
    rngs::{SysError, SysRng},
};

use super::scheduler::Me;

pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), SysError> {
    match Me::current() {
        Some(me) => {
            me.simulation().random(|random| random.fill_bytes(bytes));
            Ok(())
        }
        None => SysRng.try_fill_bytes(bytes),
    }
}
