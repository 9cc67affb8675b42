//! `kill -9` at any moment, and what is promised of everything that runs by itself.
//!
//! A real server is killed while it schedules, runs and cancels, as often as `LUNORA_KILLS` says (10 times unless it is
//! set); `LUNORA_SEED` repeats a run's choices. Each promise has a counter a call: a document with how often the call had
//! an effect.

#[path = "../support/mod.rs"]
mod support;

mod hooks;
mod jobs;
mod socket;

/// How many kills.
fn kills() -> u64 {
    std::env::var("LUNORA_KILLS").map_or(10, |text| text.parse().expect("LUNORA_KILLS is a number"))
}
