//! Random numbers that follow from the seed of a simulation.

use std::convert::Infallible;

use rand::{
    Rng, TryRng,
    rngs::{SysError, SysRng},
};

use super::scheduler::Me;

/// A generator that costs a few instructions a number, as it is asked at every step (`SplitMix64`: Steele, Lea and Flood,
/// "Fast Splittable Pseudorandom Number Generators", 2014).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// One that is independent of this.
    pub(crate) fn split(&mut self) -> Self {
        Self(self.next_u64())
    }
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let number = self.try_next_u64()?;
        Ok(u32::try_from(number >> 32).unwrap_or_default())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(mixed ^ (mixed >> 31))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for part in bytes.chunks_mut(8) {
            part.copy_from_slice(&self.try_next_u64()?.to_le_bytes()[..part.len()]);
        }
        Ok(())
    }
}

/// Numbers that nobody can guess, except from the seed of a simulation.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), SysError> {
    match Me::current() {
        Some(me) => {
            me.simulation().random(|random| random.fill_bytes(bytes));
            Ok(())
        }
        None => SysRng.try_fill_bytes(bytes),
    }
}
