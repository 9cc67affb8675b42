//! Randomness that a failure can be repeated with.

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

/// The seed of this run: `LUNORA_SEED`, or a new one. It is printed, and the test harness shows that when a test fails.
pub fn of_this_run() -> u64 {
    let seed = match std::env::var("LUNORA_SEED") {
        Ok(text) => text.parse().expect("LUNORA_SEED is a number"),
        Err(_) => rand::rng().random(),
    };
    println!("LUNORA_SEED={seed}");
    seed
}

/// A generator for one of many parts of a run, so that the parts do not depend on each other's pace.
pub fn generator(seed: u64, part: u64) -> StdRng {
    StdRng::seed_from_u64(seed ^ part.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// A UUID (version 4).
pub fn uuid(generator: &mut impl Rng) -> String {
    let random: u128 = generator.random();
    let hex = format!(
        "{:032x}",
        (random & !(0xf << 76 | 0x3 << 62)) | (0x4 << 76 | 0x2 << 62)
    );
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}
