//! Which watch holds which result, and how much what was read for them may take.
//!
//! A watch that holds a result hears when it changes, for which all that its run has read is remembered. That is bounded
//! for each connection and for all together. Beyond the bound a query fails, and is watched by an outline of what it
//! has read: it runs again when something is written there, and may fit then, or when others have made room (see
//! `again`).

use std::sync::Arc;

use lunora_core::{error::Error, limits::LimitExceeded};

use super::{
    super::results::{Audience, EntryId, QueryOutcome, SMALL_READ_SET},
    again::Reason,
    connection::{Held, WatchId},
    job::log,
    limits::LiveLimits,
    queries::{QueryId, Slot, SlotId},
    state::State,
};
use crate::store::Timestamp;

impl State {
    /// The watch holds a result. Fails if its connection holds too much besides.
    pub(super) fn hold(&mut self, id: WatchId, slot: SlotId) -> Result<(), LimitExceeded> {
        let Some((watch, held)) = self.watches.get_mut(id).zip(self.queries.slot_mut(slot)) else {
            return Ok(());
        };
        let (read_bytes, limit) = (held.read_bytes, self.limits.read_set_bytes);
        if let Some(connection) = self.connections.get_mut(watch.connection) {
            let others = connection.read_bytes - watch.read_bytes;
            if read_bytes > SMALL_READ_SET && others + read_bytes > limit {
                return Err(too_much_read(limit));
            }
            connection.read_bytes = others + read_bytes;
            watch.read_bytes = read_bytes;
        }
        watch.is_stale = false;
        watch.tries = held.retry.map_or(0, |retry| retry.times);
        watch.held = Some(Held {
            slot,
            place: held.holders.len(),
        });
        held.holders.push(id);
        Ok(())
    }

    /// Lets the query of a watch fail that may not hold `slot`, until something is written near what it has read, or there
    /// is room.
    pub(super) fn refuse(&mut self, id: WatchId, slot: SlotId, error: LimitExceeded) {
        let known = self.queries.slot(slot).and_then(|slot| slot.rough.clone());
        let known = known.filter(|(rough, _)| self.queries.slot(*rough).is_some());
        let (rough, outcome) = match known {
            Some((rough, outcome)) => (Some(rough), outcome),
            None => self.refused(slot, error, self.times_tried(&[id])),
        };
        let is_held = rough.is_some_and(|rough| self.hold(id, rough).is_ok());
        self.give(id, &outcome, !is_held);
    }

    /// The failure of all who may not hold `slot`, with a slot of its own unless something was written already.
    fn refused(
        &mut self,
        slot: SlotId,
        error: LimitExceeded,
        times: u32,
    ) -> (Option<SlotId>, Arc<QueryOutcome>) {
        let outcome = failure(error);
        let Some(of) = self.queries.slot(slot) else {
            return (None, outcome);
        };
        let (query, ran_at, entry, read_bytes) = (of.query, of.ran_at, of.entry, of.read_bytes);
        if let Some(query) = self.queries.get(query) {
            log(&query.key, &outcome);
        }
        let Some(entry) = self.engine.results.watch_roughly(entry) else {
            return (None, outcome);
        };
        let rough = self.queries.add_slot(Slot::rough(query, entry, ran_at, &outcome));
        self.try_again(rough, Reason::Room(read_bytes), times);
        if let Some(of) = self.queries.slot_mut(slot) {
            of.rough = Some((rough, Arc::clone(&outcome)));
        }
        (Some(rough), outcome)
    }

    /// One that held a result is gone.
    pub(super) fn let_go(&mut self, held: Held) {
        let Some(slot) = self.queries.slot_mut(held.slot) else {
            return;
        };
        slot.holders.swap_remove(held.place);
        let moved = slot.holders.get(held.place).copied();
        let moved = moved.and_then(|watch| self.watches.get_mut(watch)?.held.as_mut());
        if let Some(moved) = moved {
            moved.place = held.place;
        }
        self.drop_unheld(held.slot);
    }

    /// If nobody holds a result, nobody watches its entry any more.
    pub(super) fn drop_unheld(&mut self, id: SlotId) {
        let slot = self.queries.slot(id).filter(|slot| slot.holders.is_empty());
        if let Some(entry) = slot.map(|slot| slot.entry) {
            self.queries.remove_slot(id);
            self.engine.results.unwatch(entry);
        }
    }
}

impl Slot {
    /// Holds the failure of a query for which too much was read.
    pub(super) fn rough(query: QueryId, entry: EntryId, ran_at: Timestamp, outcome: &QueryOutcome) -> Self {
        Self {
            query,
            audience: Audience::Nobody,
            entry,
            ran_at,
            fingerprint: outcome.fingerprint(),
            read_bytes: 0,
            rough: None,
            retry: None,
            holders: Vec::new(),
        }
    }
}

fn failure(error: LimitExceeded) -> Arc<QueryOutcome> {
    Arc::new(QueryOutcome::new(Err(Error::from(error)), None))
}

/// One connection.
fn too_much_read(limit: usize) -> LimitExceeded {
    LimitExceeded {
        name: "read_set_bytes",
        limit: limit as u64,
        advice: "watch fewer queries over one connection, or such as read fewer documents",
    }
}

/// All together.
pub(super) fn too_much_watched(limits: LiveLimits) -> Arc<QueryOutcome> {
    failure(LimitExceeded {
        name: "watched_bytes",
        limit: limits.watched_bytes as u64,
        advice: "the queries that all connections watch have read too many documents",
    })
}
