//! Numbers of which a few are drawn often.

use rand::{RngExt, rngs::StdRng};

/// Draws `rank` with a probability proportional to `1 / (rank + 1)^exponent`.
#[derive(Debug, Clone)]
pub(crate) struct Zipf {
    cumulative: std::sync::Arc<[f64]>,
}

impl Zipf {
    pub(crate) fn new(count: u32, exponent: f64) -> Self {
        let weights = (1..=count).map(|rank| f64::from(rank).powf(-exponent));
        let cumulative = weights.scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Self {
            cumulative: cumulative.collect(),
        }
    }

    pub(crate) fn draw(&self, random: &mut StdRng) -> u32 {
        let whole = self.cumulative.last().copied().unwrap_or(1.0);
        let point = random.random_range(0.0..whole);
        u32::try_from(self.cumulative.partition_point(|sum| *sum <= point)).unwrap_or(0)
    }
}
