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
    moments: VecDeque<Moment>,
    /// Between two of them.
    spacing: Duration,
    commits: u32,
    /// Bytes of all versions so far.
    written: usize,
    /// As many of them may be kept in a layer that is nearly full for readers of the past.
    room: usize,
    history: Duration,
    at_least: Duration,
}

#[derive(Debug, Clone, Copy)]
struct Moment {
    at: Instant,
    durable: Timestamp,
    written: usize,
}

impl Moment {
    fn is_before(&self, now: Instant, time: Duration) -> bool {
        now.saturating_duration_since(self.at) >= time
    }
}

impl Horizon {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            moments: VecDeque::new(),
            spacing: options.history_at_least / MOMENTS,
            commits: 0,
            written: 0,
            room: options.overlay_bytes / 8,
            history: options.history.max(options.history_at_least),
            at_least: options.history_at_least,
        }
    }

    /// Counts a commit, whose versions take `bytes`; says whether it is time for [`Self::note`].
    pub(super) fn is_due(&mut self, bytes: usize) -> bool {
        self.written = self.written.wrapping_add(bytes);
        self.commits = (self.commits + 1) % EVERY;
        self.commits == 0
    }

    /// Notes that `durable` is the newest durable commit now.
    pub(super) fn note(&mut self, now: Instant, durable: Timestamp) {
        let newest = self.moments.back();
        if newest.is_none_or(|newest| newest.is_before(now, self.spacing)) {
            self.moments.push_back(Moment {
                at: now,
                durable,
                written: self.written,
            });
        }
        // Of those that are old enough for everything, one is needed.
        let second_is_old = |second: &Moment| second.is_before(now, self.history);
        while self.moments.get(1).is_some_and(second_is_old) {
            self.moments.pop_front();
        }
    }

    /// The timestamp from which versions are kept in a layer of which so many quarters are full.
    ///
    /// In the last quarter that is as far back as its versions take no more than an eighth of a layer: where little is
    /// written, the layer fills slowly, and the past costs little.
    pub(super) fn kept_from(&self, now: Instant, quarters: usize) -> Option<Timestamp> {
        let is_too_much = |moment: &Moment| {
            let since = self.written.wrapping_sub(moment.written);
            quarters > 2 && since > self.room && moment.is_before(now, self.at_least)
        };
        let is_old = |moment: &&Moment| moment.is_before(now, self.history) || is_too_much(moment);
        let kept = || self.moments.iter().rev().find(is_old);
        (quarters > 1).then(kept).flatten().map(|moment| moment.durable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: usize = 1 << 20;

    fn horizon() -> Horizon {
        Horizon::new(&Options {
            overlay_bytes: 8 * ROOM,
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
            // An eighth of a layer every ten seconds.
            horizon.is_due(ROOM / 10);
            horizon.note(at(second), Timestamp(second));
        }
        let kept = |quarters| horizon.kept_from(at(99), quarters);
        assert_eq!(kept(1), None);
        assert_eq!(kept(2), Some(Timestamp(69)));
        assert_eq!(kept(3), Some(Timestamp(88)));
        assert_eq!(kept(9), Some(Timestamp(88)));
        assert_eq!(horizon.kept_from(at(200), 3), Some(Timestamp(99)));
    }

    #[test]
    fn a_full_layer_keeps_the_whole_past_where_little_is_written_and_the_least_where_much_is() {
        for (bytes, kept) in [(0, 69), (ROOM / 31, 69), (ROOM, 97), (64 * ROOM, 97)] {
            let (mut horizon, start) = (horizon(), Instant::now());
            let at = |seconds| start + Duration::from_secs(seconds);
            for second in 0..100 {
                horizon.is_due(bytes);
                horizon.note(at(second), Timestamp(second));
            }
            assert_eq!(horizon.kept_from(at(99), 3), Some(Timestamp(kept)), "{bytes}");
        }
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
