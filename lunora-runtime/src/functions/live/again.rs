//! Failures that are no result of what was read: they are tried again without a commit.
//!
//! A query that was out of time may have read nothing by then, so that no commit would ever make it run again; and one for
//! whose reads there was no room may fit when others have left. Such a failure is held like a result, and one for want
//! of time by who comes later as well, so that one run is made for all of them: after a while, and after a longer one each
//! time that it fails once more. For want of room nothing runs until there is as much of it as the last run needed, and
//! what is offered to one is not offered to another whose time comes at the same look.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use super::{
    backoff::Backoff,
    connection::{ConnectionId, Target, WatchId},
    queries::{QueryId, SlotId},
    state::State,
};
use crate::sync::Instant;

/// Before a query runs again that was out of time, hung, or was lost.
pub(super) const FOR_TIME: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_mins(10));
/// Before somebody looks again whether there is room, which takes no run.
const FOR_ROOM: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_mins(1));

/// When a failure is tried again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retry {
    pub(super) at: Instant,
    /// How often it was tried before.
    pub(super) times: u32,
    reason: Reason,
}

/// Why a query has failed that may not fail another time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reason {
    /// It was out of time.
    Time,
    /// There was no room for so many bytes that tell what it had read.
    Room(usize),
}

impl Reason {
    const fn backoff(self) -> Backoff {
        match self {
            Self::Time => FOR_TIME,
            Self::Room(_) => FOR_ROOM,
        }
    }
}

/// What there is room for, while it is given to one after the other.
#[derive(Debug)]
struct Room {
    /// For all connections.
    free: usize,
    /// Queries that it was given to. All who watch one need it once.
    queries: HashSet<QueryId>,
    /// What of each connection's it was given.
    taken: HashMap<ConnectionId, usize>,
}

impl State {
    /// How often those were tried again of whom one waits for this the longest.
    pub(super) fn times_tried(&self, watches: &[WatchId]) -> u32 {
        let tries = watches.iter().filter_map(|watch| self.watches.get(*watch));
        tries.map(|watch| watch.tries).max().unwrap_or(0)
    }

    /// The failure in this slot is to be tried again, which it was `times` times before.
    pub(super) fn try_again(&mut self, id: SlotId, reason: Reason, times: u32) {
        let at = Instant::now() + reason.backoff().after(times);
        self.queries.set_retry(id, Retry { at, times, reason });
    }

    /// Tries those failures again whose time has come.
    pub(super) fn try_again_due(&mut self, now: Instant) {
        if self.queries.next_retry().is_none_or(|next| next > now) {
            return;
        }
        let mut room = Room {
            free: self.engine.results.room_to_watch(),
            queries: HashSet::new(),
            taken: HashMap::new(),
        };
        while let Some((slot, retry)) = self.queries.pop_retry(now) {
            match retry.reason {
                Reason::Time => self.end_slot(slot),
                Reason::Room(bytes) => self.offer(slot, retry.times, bytes, &mut room),
            }
        }
        self.settle();
    }

    /// What is in the slot is no result any more.
    pub(super) fn end_slot(&mut self, id: SlotId) {
        let Some(slot) = self.queries.remove_slot(id) else {
            return;
        };
        self.engine.results.unwatch(slot.entry);
        for holder in slot.holders {
            self.is_tried(holder);
            self.goes_stale(holder);
        }
    }

    /// The query of a watch is about to be tried again.
    pub(super) fn is_tried(&mut self, id: WatchId) {
        if let Some(watch) = self.watches.get_mut(id) {
            watch.tries = watch.tries.saturating_add(1);
        }
    }

    /// Of those who were refused, lets them try again for whom there is room. The others wait longer.
    fn offer(&mut self, id: SlotId, times: u32, bytes: usize, room: &mut Room) {
        let Some(slot) = self.queries.slot(id) else { return };
        for holder in slot.holders.clone() {
            if self.takes(holder, bytes, room)
                && let Some(held) = self.watches.get_mut(holder).and_then(|watch| watch.held.take())
            {
                self.let_go(held);
                self.is_tried(holder);
                self.goes_stale(holder);
            }
        }
        self.try_again(id, Reason::Room(bytes), times.saturating_add(1));
    }

    /// Takes from the room what a watch needs, if there is as much.
    fn takes(&self, id: WatchId, bytes: usize, room: &mut Room) -> bool {
        let Some(watch) = self.watches.get(id) else {
            return false;
        };
        let Target::Query { query, user, .. } = &watch.target else {
            return false;
        };
        let held = self.connections.get(watch.connection);
        let taken = room.taken.entry(watch.connection).or_default();
        let used = held.map_or(0, |connection| connection.read_bytes) + *taken;
        if used + bytes > self.limits.read_set_bytes {
            return false;
        }
        let known = self.queries.get(*query);
        let is_there = known.is_some_and(|known| self.queries.slot_for(known, *user).is_some());
        if !is_there && !room.queries.contains(query) {
            if bytes > room.free {
                return false;
            }
            room.free -= bytes;
            room.queries.insert(*query);
        }
        *taken += bytes;
        true
    }
}
