//! Which run is next.
//!
//! Runs share the threads of the executor with all other calls. At most one per thread is handed to it at a time, so
//! that a commit which concerns many thousand queries does not put them all in front of the next mutation. Queries that
//! took long last time have a lane of their own, of half of the threads: others go on beside them. A run that hangs
//! counts no longer, as the executor puts another thread in its place. How long a run takes counts from when it has a
//! thread: in front of it may be calls of others.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use super::runs::RunId;
use crate::sync::Instant;

/// A run that took longer than this is a slow one next time.
pub(super) const SLOW: Duration = Duration::from_millis(20);

/// Runs that wait for a thread, and those that have one.
#[derive(Debug)]
pub(super) struct Queue {
    threads: usize,
    quick: VecDeque<RunId>,
    slow: VecDeque<RunId>,
    /// The last one that was handed over was a slow one.
    was_slow: bool,
    started: HashMap<RunId, Started>,
    /// Runs that are tried again at a time.
    later: Vec<(Instant, RunId)>,
}

#[derive(Debug, Clone, Copy)]
struct Started {
    /// Since when it has a thread.
    since: Option<Instant>,
    /// How long it may take before it counts as stuck.
    patience: Duration,
    is_slow: bool,
}

impl Started {
    fn stuck_at(&self) -> Option<Instant> {
        Some(self.since? + self.patience)
    }

    fn is_stuck(&self, now: Instant) -> bool {
        self.stuck_at().is_some_and(|stuck_at| stuck_at <= now)
    }
}

impl Queue {
    pub(super) fn new(threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            quick: VecDeque::new(),
            slow: VecDeque::new(),
            was_slow: false,
            started: HashMap::new(),
            later: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, run: RunId, is_slow: bool) {
        if is_slow {
            self.slow.push_back(run);
        } else {
            self.quick.push_back(run);
        }
    }

    /// A run that could not be handed over.
    pub(super) fn push_later(&mut self, run: RunId, at: Instant) {
        self.started.remove(&run);
        self.later.push((at, run));
    }

    /// The next run, if there is a thread for it. `patience` is how long one may take before it counts as stuck.
    pub(super) fn pop(&mut self, now: Instant, patience: impl Fn(RunId) -> Duration) -> Option<RunId> {
        let busy = |slow_only: bool| {
            let busy = self.started.values().filter(|run| !run.is_stuck(now));
            busy.filter(|run| run.is_slow || !slow_only).count()
        };
        if busy(false) >= self.threads {
            return None;
        }
        let has_lane = busy(true) < (self.threads / 2).max(1);
        // In turns, where one thread is all there is.
        let is_slow = has_lane && !self.slow.is_empty() && (!self.was_slow || self.quick.is_empty());
        let lane = if is_slow { &mut self.slow } else { &mut self.quick };
        let run = lane.pop_front()?;
        self.was_slow = is_slow;
        let started = Started {
            since: None,
            patience: patience(run),
            is_slow,
        };
        self.started.insert(run, started);
        Some(run)
    }

    /// A run that was handed over has its thread.
    pub(super) fn has_thread(&mut self, run: RunId, now: Instant) {
        if let Some(started) = self.started.get_mut(&run) {
            started.since = Some(now);
        }
    }

    pub(super) fn has_waiting(&self) -> bool {
        !(self.quick.is_empty() && self.slow.is_empty())
    }

    pub(super) fn ended(&mut self, run: RunId) {
        self.started.remove(&run);
    }

    /// Runs that have had a thread since before `limit` and have not ended.
    pub(super) fn overdue(&self, limit: Instant) -> Vec<RunId> {
        let is_overdue = |run: &Started| run.since.is_some_and(|since| since < limit);
        let overdue = self.started.iter().filter(|(_, run)| is_overdue(run));
        overdue.map(|(run, _)| *run).collect()
    }

    /// Takes out the runs whose time to be tried again has come.
    pub(super) fn due(&mut self, now: Instant) -> Vec<RunId> {
        let due = self.later.extract_if(.., |(at, _)| *at <= now);
        due.map(|(_, run)| run).collect()
    }

    /// When to look again, if nothing else happens before.
    pub(super) fn next_look(&self, total_limit: Duration) -> Option<Instant> {
        let later = self.later.iter().map(|(at, _)| *at);
        let overdue = self
            .started
            .values()
            .filter_map(|run| Some(run.since? + total_limit));
        let stuck = self
            .started
            .values()
            .filter(|_| self.has_waiting())
            .filter_map(Started::stuck_at);
        later.chain(overdue).chain(stuck).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(1);

    fn queue(threads: usize, quick: u32, slow: u32) -> Queue {
        let mut queue = Queue::new(threads);
        (0..quick).for_each(|run| queue.push(RunId::of(run), false));
        (100..100 + slow).for_each(|run| queue.push(RunId::of(run), true));
        queue
    }

    fn pop_all(queue: &mut Queue, now: Instant) -> Vec<u32> {
        std::iter::from_fn(|| queue.pop(now, |_| PATIENCE))
            .map(RunId::index)
            .collect()
    }

    #[test]
    fn there_are_no_more_at_a_time_than_threads() {
        let now = Instant::now();
        let mut queue = queue(2, 5, 0);
        assert_eq!(pop_all(&mut queue, now), [0, 1]);
        queue.ended(RunId::of(0));
        assert_eq!(pop_all(&mut queue, now), [2]);
    }

    #[test]
    fn slow_ones_leave_half_of_the_threads_to_others() {
        let now = Instant::now();
        let mut queue = queue(4, 0, 9);
        assert_eq!(pop_all(&mut queue, now), [100, 101]);
        queue.push(RunId::of(1), false);
        queue.push(RunId::of(2), false);
        assert_eq!(pop_all(&mut queue, now), [1, 2]);
        queue.ended(RunId::of(100));
        assert_eq!(pop_all(&mut queue, now), [102]);
    }

    #[test]
    fn on_one_thread_slow_and_quick_ones_both_get_their_turn() {
        let now = Instant::now();
        let mut queue = queue(1, 2, 2);
        for expected in [100, 0, 101, 1] {
            assert_eq!(pop_all(&mut queue, now), [expected]);
            queue.ended(RunId::of(expected));
        }
    }

    #[test]
    fn stuck_ones_hold_nobody_up() {
        let now = Instant::now();
        let mut queue = queue(2, 4, 0);
        assert_eq!(pop_all(&mut queue, now), [0, 1]);
        (0..2).for_each(|run| queue.has_thread(RunId::of(run), now));
        assert_eq!(queue.next_look(Duration::from_secs(15)), Some(now + PATIENCE));
        assert_eq!(pop_all(&mut queue, now + PATIENCE), [2, 3]);
        assert_eq!(queue.overdue(now + PATIENCE).len(), 2);
    }

    #[test]
    fn what_waits_for_a_thread_is_neither_stuck_nor_overdue() {
        let now = Instant::now();
        let mut queue = queue(2, 3, 0);
        assert_eq!(pop_all(&mut queue, now), [0, 1]);
        let later = now + 100 * PATIENCE;
        assert!(pop_all(&mut queue, later).is_empty());
        assert_eq!((queue.overdue(later).len(), queue.next_look(PATIENCE)), (0, None));
        queue.has_thread(RunId::of(1), later);
        assert_eq!(queue.next_look(2 * PATIENCE), Some(later + PATIENCE));
        assert!(queue.overdue(later).is_empty());
        assert_eq!(queue.overdue(later + PATIENCE), [RunId::of(1)]);
    }

    #[test]
    fn what_is_tried_again_waits_for_its_time() {
        let now = Instant::now();
        let mut queue = queue(1, 1, 0);
        assert_eq!(pop_all(&mut queue, now), [0]);
        queue.push_later(RunId::of(0), now + PATIENCE);
        assert_eq!(queue.next_look(PATIENCE), Some(now + PATIENCE));
        assert!(queue.due(now).is_empty());
        assert_eq!(queue.due(now + PATIENCE), [RunId::of(0)]);
        assert_eq!(queue.next_look(PATIENCE), None);
    }
}
