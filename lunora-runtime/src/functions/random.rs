//! Randomness: seeds of calls, the generator in a context, and request ids.

use std::{convert::Infallible, fmt};

use parking_lot::Mutex;
use rand::{Rng, SeedableRng, TryRng, rngs::StdRng};

/// Where the seed of each call comes from.
#[derive(Debug)]
pub enum Seeds {
    /// The system's generator.
    System,
    /// One seed for all: the same calls in the same order draw the same numbers. For tests.
    Fixed(Box<Mutex<StdRng>>),
}

impl Seeds {
    /// Seeds that follow from `seed`.
    pub fn fixed(seed: u64) -> Self {
        Self::Fixed(Box::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    pub(super) fn next(&self) -> [u8; 32] {
        let mut seed = [0; 32];
        match self {
            Self::System => rand::rng().fill_bytes(&mut seed),
            Self::Fixed(generator) => generator.lock().fill_bytes(&mut seed),
        }
        seed
    }
}

/// The generator of one run. Most runs draw nothing, so it is made when the first number is drawn.
#[derive(Debug)]
pub(super) struct SeededRng {
    seed: [u8; 32],
    drawn: Option<Box<StdRng>>,
}

impl SeededRng {
    pub(super) const fn new(seed: [u8; 32]) -> Self {
        Self { seed, drawn: None }
    }

    fn generator(&mut self) -> &mut StdRng {
        self.drawn
            .get_or_insert_with(|| Box::new(StdRng::from_seed(self.seed)))
    }
}

/// The generator of one call: cryptographic, and started anew by every run of the function.
///
/// Each draw takes the generator for itself alone, so several may stand in one expression. It implements the traits of the `rand` crate, so `ctx.rng().random_range(1..=6)` works with `rand::RngExt`.
#[derive(Clone, Copy)]
pub struct CallRng<'a>(pub(super) &'a Mutex<SeededRng>);

impl CallRng<'_> {
    /// A random number below `bound`, evenly; 0 if `bound` is 0.
    pub fn below(self, bound: u64) -> u64 {
        // Lemire, "Fast Random Integer Generation in an Interval" (2019), without the bias below 2^-64.
        let wide = u128::from(self.0.lock().generator().next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().generator().fill_bytes(&mut bytes);
        bytes
    }
}

impl TryRng for CallRng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.lock().generator().try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.lock().generator().try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.lock().generator().try_fill_bytes(bytes)
    }
}

impl fmt::Debug for CallRng<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallRng")
    }
}

/// The id of one request: in its answer when it fails, and in every log line about it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId([u8; 8]);

impl RequestId {
    /// A new one.
    pub fn random() -> Self {
        let mut bytes = [0; 8];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}
