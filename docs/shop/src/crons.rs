//! What the shop does by itself.

use std::time::Duration;

use lunora::prelude::*;

use crate::internal;

/// What runs without being asked for.
#[crons]
pub fn schedule() -> Crons {
    Crons::new()
        .cron(
            "open",
            cron!("0 8 * * MON-FRI"),
            internal::products::label_last_ones(),
        )
        .timezone("Europe/Berlin")
        .missed(Missed::CatchUp(1))
        .retry(3, Duration::from_secs(30))
}
