//! Generations that are no longer current, for reads at a timestamp of a moment ago.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::super::options::Options;
use super::super::timestamp::Timestamp;
use super::generation::Generation;
use crate::sync::Instant;

/// Past generations, oldest first, bounded in time and in memory.
#[derive(Debug)]
pub(super) struct History {
    past: VecDeque<Past>,
    bytes: usize,
    max_bytes: usize,
    kept: Duration,
    /// How long the newest of them stays whatever it takes: someone may have chosen a timestamp just before a checkpoint.
    grace: Duration,
}

#[derive(Debug)]
struct Past {
    generation: Arc<Generation>,
    bytes: usize,
    /// When the next one took its place.
    since: Instant,
}

impl History {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            past: VecDeque::new(),
            bytes: 0,
            max_bytes: options.history_bytes,
            kept: options.history,
            grace: options.history_at_least,
        }
    }

    /// Takes the generation that was current until now; gives those that had to make room.
    pub(super) fn push(&mut self, generation: &Generation) -> Vec<Arc<Generation>> {
        let bytes = generation.frozen_bytes();
        self.bytes += bytes;
        self.past.push_back(Past {
            generation: Arc::new(generation.past()),
            bytes,
            since: Instant::now(),
        });
        self.trim()
    }

    /// Gives up what is too old or too much.
    pub(super) fn trim(&mut self) -> Vec<Arc<Generation>> {
        let mut forgotten = Vec::new();
        while self.ends().is_some_and(|end| end <= Instant::now())
            && let Some(past) = self.past.pop_front()
        {
            self.bytes -= past.bytes;
            forgotten.push(past.generation);
        }
        forgotten
    }

    /// When the oldest one has to go.
    pub(super) fn ends(&self) -> Option<Instant> {
        let oldest = self.past.front()?;
        let kept = if self.bytes <= self.max_bytes {
            self.kept.max(self.grace)
        } else if self.past.len() == 1 {
            self.grace
        } else {
            Duration::ZERO
        };
        Some(oldest.since + kept)
    }

    /// The one that knows `ts`: the newest that is not younger.
    pub(super) fn find(&self, ts: Timestamp) -> Option<&Arc<Generation>> {
        let mut generations = self.past.iter().rev().map(|past| &past.generation);
        generations.find(|generation| generation.checkpoint() <= ts)
    }

    /// The oldest timestamp that can be read.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        Some(self.past.front()?.generation.oldest())
    }
}
