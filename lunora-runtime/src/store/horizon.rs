//! How old timestamps are: what says which versions in memory can be given up.

use std::collections::VecDeque;
use std::time::Duration;

use super::options::Options;
use super::timestamp::Timestamp;
use crate::sync::Instant;

/// How often it is looked at, in commits.
const EVERY: u32 = if cfg!(test) { 3 } else { 256 };

/// Moments that are remembered for the shorter of the two times.
const MOMENTS: u32 = 32;

/// Which commit was the newest durable one, for moments of the last while.
#[derive(Debug)]
pub(super) struct Horizon {
    /// Oldest first.
    moments: VecDeque<(Instant, Timestamp)>,
    /// Between two of them.
    spacing: Duration,
    commits: u32,
    history: Duration,
    at_least: Duration,
}

impl Horizon {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            moments: VecDeque::new(),
            spacing: options.history_at_least / MOMENTS,
            commits: 0,
            history: options.history.max(options.history_at_least),
            at_least: options.history_at_least,
        }
    }

    /// Counts a commit; says whether it is time for [`Self::note`].
    pub(super) fn is_due(&mut self) -> bool {
        self.commits = (self.commits + 1) % EVERY;
        self.commits == 0
    }

    /// Notes that `durable` is the newest durable commit now.
    pub(super) fn note(&mut self, now: Instant, durable: Timestamp) {
        let after = |moment: &(Instant, Timestamp), time| now.saturating_duration_since(moment.0) >= time;
        if self
            .moments
            .back()
            .is_none_or(|newest| after(newest, self.spacing))
        {
            self.moments.push_back((now, durable));
        }
        // Of those that are old enough for everything, one is needed.
        while self
            .moments
            .get(1)
            .is_some_and(|second| after(second, self.history))
        {
            self.moments.pop_front();
        }
    }

    /// The timestamp from which versions are kept in a layer of which so many quarters are full.
    pub(super) fn kept_from(&self, now: Instant, quarters: usize) -> Option<Timestamp> {
        let kept = match quarters {
            0 | 1 => return None,
            2 => self.history,
            _ => self.at_least,
        };
        let is_old = |&&(moment, _): &&(Instant, Timestamp)| now.saturating_duration_since(moment) >= kept;
        self.moments.iter().rev().find(is_old).map(|&(_, ts)| ts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn horizon() -> Horizon {
        Horizon::new(&Options {
            history: Duration::from_secs(30),
            history_at_least: Duration::from_secs(2),
            ..Options::default()
        })
    }

    #[test]
    fn the_fuller_a_layer_the_less_it_keeps() {
        let (mut horizon, start) = (horizon(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        for second in 0..100 {
            horizon.note(at(second), Timestamp(second));
        }
        let kept = |quarters| horizon.kept_from(at(99), quarters);
        assert_eq!(kept(1), None);
        assert_eq!(kept(2), Some(Timestamp(69)));
        assert_eq!(kept(3), Some(Timestamp(97)));
        assert_eq!(kept(9), Some(Timestamp(97)));
        assert_eq!(horizon.kept_from(at(200), 3), Some(Timestamp(99)));
    }

    #[test]
    fn it_remembers_no_more_than_it_needs() {
        let (mut horizon, start) = (horizon(), Instant::now());
        for millis in 0..100_000 {
            horizon.note(start + Duration::from_millis(millis), Timestamp(millis));
        }
        assert!(horizon.moments.len() < 500, "{}", horizon.moments.len());
        assert_eq!(Horizon::new(&Options::default()).kept_from(start, 4), None);
    }
}
