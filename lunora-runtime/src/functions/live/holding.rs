//! Which watch holds which result, and how much what was read for them may take.
//!
//! A watch that holds a result hears when it changes, for which all that its run has read is remembered. That is bounded
//! for each connection and for all together. Beyond the bound a query fails, and is watched by an outline of what it
//! has read: it runs again when something is written there, and may fit then.

use std::sync::Arc;

use lunora_core::{error::Error, limits::LimitExceeded};

use super::{
    super::results::{Audience, EntryId, QueryOutcome},
    connection::{Held, WatchId},
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
            if connection.read_bytes + read_bytes > limit {
                return Err(too_much_read(limit));
            }
            connection.read_bytes += read_bytes;
        }
        watch.is_stale = false;
        watch.held = Some(Held {
            slot,
            place: held.holders.len(),
            read_bytes,
        });
        held.holders.push(id);
        Ok(())
    }

    /// Lets the query of a watch fail that may not hold `slot`, until something is written near what it has read.
    pub(super) fn refuse(&mut self, id: WatchId, slot: SlotId, error: LimitExceeded) {
        let outcome = failure(error);
        let entry = self.queries.slot(slot).map(|slot| slot.entry);
        let rough = entry.and_then(|entry| self.engine.results.watch_roughly(entry));
        let is_held = rough
            .and_then(|entry| self.rough_slot(slot, entry, &outcome))
            .is_some_and(|rough| self.hold(id, rough).is_ok());
        self.give(id, &outcome, !is_held);
    }

    /// A slot for the failure of a query that may not hold `slot`.
    fn rough_slot(&mut self, of: SlotId, entry: EntryId, outcome: &QueryOutcome) -> Option<SlotId> {
        let of = self.queries.slot(of)?;
        let rough = Slot::rough(of.query, entry, of.ran_at, outcome);
        Some(self.queries.add_slot(rough))
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
