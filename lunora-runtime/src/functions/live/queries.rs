//! The queries that are watched, and the valid results that watches hold.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    super::{
        function::Function,
        results::{Audience, EntryId, Fingerprint, QueryKey, QueryOutcome, UserKey},
    },
    again::Retry,
    arena::{Arena, Id},
    connection::WatchId,
    runs::RunId,
};
use crate::{store::Timestamp, sync::Instant};

pub(super) type QueryId = Id<Query>;
pub(super) type SlotId = Id<Slot>;

/// All queries that are watched.
#[derive(Debug, Default)]
pub(super) struct Queries {
    queries: Arena<Query>,
    by_key: HashMap<Arc<QueryKey>, QueryId>,
    slots: Arena<Slot>,
    by_entry: HashMap<EntryId, SlotId>,
    /// Failures that may pass, by when they are tried again.
    retries: BTreeSet<(Instant, SlotId)>,
}

/// A query that somebody watches.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) key: Arc<QueryKey>,
    pub(super) function: Arc<Function>,
    /// Who was given the result of the last run: so it will be with the next, most likely.
    pub(super) sharing: Sharing,
    /// The last run took long.
    pub(super) is_slow: bool,
    pub(super) runs: Vec<RunId>,
    /// The result for everyone, or else those for users.
    everyone: Option<SlotId>,
    users: HashMap<UserKey, SlotId>,
    watches: usize,
}

/// How many runs it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Sharing {
    /// One for all, as far as is known.
    #[default]
    Everyone,
    /// One for each user.
    EachUser,
    /// One for each watch.
    EachWatch,
}

impl From<Audience> for Sharing {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::Everyone => Self::Everyone,
            Audience::User(_) => Self::EachUser,
            Audience::Nobody => Self::EachWatch,
        }
    }
}

/// A valid result, or the failure of a query that has read too much: an entry of the cache, and the watches that hold it.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) query: QueryId,
    pub(super) audience: Audience,
    pub(super) entry: EntryId,
    pub(super) ran_at: Timestamp,
    pub(super) fingerprint: Fingerprint,
    /// What each connection that holds it is charged, in bytes.
    pub(super) read_bytes: usize,
    /// What those hold who have no room for this.
    pub(super) rough: Option<(SlotId, Arc<QueryOutcome>)>,
    /// It is a failure that may pass: what is known about its end.
    pub(super) retry: Option<Retry>,
    pub(super) holders: Vec<WatchId>,
}

impl Queries {
    /// The query of this key, which one watch more watches from now on.
    pub(super) fn join(&mut self, key: Arc<QueryKey>, function: &Arc<Function>) -> QueryId {
        let queries = &mut self.queries;
        let id = *self.by_key.entry(Arc::clone(&key)).or_insert_with(|| {
            queries.add(Query {
                key,
                function: Arc::clone(function),
                sharing: Sharing::default(),
                is_slow: false,
                runs: Vec::new(),
                everyone: None,
                users: HashMap::new(),
                watches: 0,
            })
        });
        if let Some(query) = self.queries.get_mut(id) {
            query.watches += 1;
        }
        id
    }

    /// One watch less watches the query.
    pub(super) fn leave(&mut self, id: QueryId) {
        if let Some(query) = self.queries.get_mut(id) {
            query.watches -= 1;
        }
        self.drop_unused(id);
    }

    pub(super) fn get(&self, id: QueryId) -> Option<&Query> {
        self.queries.get(id)
    }

    pub(super) fn get_mut(&mut self, id: QueryId) -> Option<&mut Query> {
        self.queries.get_mut(id)
    }

    /// A run of the query is over.
    pub(super) fn run_ended(&mut self, id: QueryId, run: RunId) {
        if let Some(query) = self.queries.get_mut(id) {
            query.runs.retain(|other| *other != run);
        }
        self.drop_unused(id);
    }

    fn drop_unused(&mut self, id: QueryId) {
        let query = self.queries.get(id);
        if query.is_some_and(|query| query.watches == 0 && query.runs.is_empty())
            && let Some(query) = self.queries.remove(id)
        {
            self.by_key.remove(&query.key);
        }
    }

    /// The valid result that `user` may be given.
    pub(super) fn slot_for(&self, query: &Query, user: UserKey) -> Option<(SlotId, &Slot)> {
        let slot = query.everyone.or_else(|| query.users.get(&user).copied())?;
        Some((slot, self.slots.get(slot)?))
    }

    /// The valid result for exactly this audience.
    pub(super) fn slot_of(&self, query: QueryId, audience: Audience) -> Option<(SlotId, &Slot)> {
        let query = self.queries.get(query)?;
        let slot = match audience {
            Audience::Everyone => query.everyone,
            Audience::User(user) => query.users.get(&user).copied(),
            Audience::Nobody => None,
        }?;
        Some((slot, self.slots.get(slot)?))
    }

    pub(super) fn slot(&self, id: SlotId) -> Option<&Slot> {
        self.slots.get(id)
    }

    pub(super) fn slot_mut(&mut self, id: SlotId) -> Option<&mut Slot> {
        self.slots.get_mut(id)
    }

    /// A new valid result.
    pub(super) fn add_slot(&mut self, slot: Slot) -> SlotId {
        let (query, audience, entry) = (slot.query, slot.audience, slot.entry);
        let id = self.slots.add(slot);
        self.by_entry.insert(entry, id);
        if let Some(query) = self.queries.get_mut(query) {
            match audience {
                Audience::Everyone => query.everyone = Some(id),
                Audience::User(user) => drop(query.users.insert(user, id)),
                Audience::Nobody => {}
            }
        }
        id
    }

    /// The result of the entry is valid no more: who held it?
    pub(super) fn entry_ended(&mut self, entry: EntryId) -> Vec<WatchId> {
        let slot = self.by_entry.get(&entry).copied();
        slot.and_then(|slot| self.remove_slot(slot))
            .map_or_else(Vec::new, |slot| slot.holders)
    }

    /// The failure in this slot is tried again, and at no other time than this.
    pub(super) fn set_retry(&mut self, id: SlotId, retry: Retry) {
        if let Some(slot) = self.slots.get_mut(id) {
            if let Some(earlier) = slot.retry.replace(retry) {
                self.retries.remove(&(earlier.at, id));
            }
            self.retries.insert((retry.at, id));
        }
    }

    /// When a failure is tried again next.
    pub(super) fn next_retry(&self) -> Option<Instant> {
        self.retries.first().map(|(at, _)| *at)
    }

    /// A failure whose time has come to be tried again.
    pub(super) fn pop_retry(&mut self, now: Instant) -> Option<(SlotId, Retry)> {
        self.next_retry().filter(|next| *next <= now)?;
        let (_, id) = self.retries.pop_first()?;
        Some((id, self.slots.get(id)?.retry?))
    }

    pub(super) fn remove_slot(&mut self, id: SlotId) -> Option<Slot> {
        let slot = self.slots.remove(id)?;
        self.by_entry.remove(&slot.entry);
        if let Some(retry) = slot.retry {
            self.retries.remove(&(retry.at, id));
        }
        if let Some(query) = self.queries.get_mut(slot.query) {
            match slot.audience {
                Audience::Everyone if query.everyone == Some(id) => query.everyone = None,
                Audience::User(user) if query.users.get(&user) == Some(&id) => {
                    query.users.remove(&user);
                }
                _ => {}
            }
        }
        Some(slot)
    }
}
