//! The queries that are watched, and the valid results that watches hold.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    super::{
        function::Function,
        results::{Audience, EntryId, Fingerprint, QueryKey, Results, UserKey},
    },
    ids::{QueryId, RunId, WatchId},
};
use crate::store::Timestamp;

/// All queries that are watched.
#[derive(Debug, Default)]
pub(super) struct Queries {
    queries: HashMap<QueryId, Query>,
    by_key: HashMap<Arc<QueryKey>, QueryId>,
    slots: HashMap<EntryId, Slot>,
    next: u64,
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
    slots: HashMap<Audience, EntryId>,
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

/// A valid result: an entry of the cache, and the watches that hold it.
#[derive(Debug)]
pub(super) struct Slot {
    query: QueryId,
    audience: Audience,
    pub(super) ran_at: Timestamp,
    pub(super) fingerprint: Fingerprint,
    holders: BTreeSet<WatchId>,
}

impl Queries {
    /// The query of this key, which one watch more watches from now on.
    pub(super) fn join(&mut self, key: Arc<QueryKey>, function: &Arc<Function>) -> QueryId {
        let next = &mut self.next;
        let id = *self.by_key.entry(Arc::clone(&key)).or_insert_with(|| {
            *next += 1;
            QueryId(*next)
        });
        let query = self.queries.entry(id).or_insert_with(|| Query {
            key,
            function: Arc::clone(function),
            sharing: Sharing::default(),
            is_slow: false,
            runs: Vec::new(),
            slots: HashMap::new(),
            watches: 0,
        });
        query.watches += 1;
        id
    }

    /// One watch less watches the query.
    pub(super) fn leave(&mut self, id: QueryId) {
        if let Some(query) = self.queries.get_mut(&id) {
            query.watches -= 1;
        }
        self.drop_unused(id);
    }

    pub(super) fn get(&self, id: QueryId) -> Option<&Query> {
        self.queries.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: QueryId) -> Option<&mut Query> {
        self.queries.get_mut(&id)
    }

    /// A run of the query is over.
    pub(super) fn run_ended(&mut self, id: QueryId, run: RunId) {
        if let Some(query) = self.queries.get_mut(&id) {
            query.runs.retain(|other| *other != run);
        }
        self.drop_unused(id);
    }

    fn drop_unused(&mut self, id: QueryId) {
        let unused = |query: &&Query| query.watches == 0 && query.runs.is_empty();
        if let Some(key) = self
            .queries
            .get(&id)
            .filter(unused)
            .map(|query| query.key.clone())
        {
            self.by_key.remove(&key);
            self.queries.remove(&id);
        }
    }

    /// The valid result that `user` may be given.
    pub(super) fn slot_for(&self, query: &Query, user: UserKey) -> Option<(EntryId, &Slot)> {
        let mut audiences = [Audience::Everyone, Audience::User(user)].into_iter();
        let entry = *audiences.find_map(|audience| query.slots.get(&audience))?;
        Some((entry, self.slots.get(&entry)?))
    }

    /// The valid result for exactly this audience.
    pub(super) fn slot_of(&self, query: QueryId, audience: Audience) -> Option<(EntryId, Timestamp)> {
        let entry = *self.queries.get(&query)?.slots.get(&audience)?;
        Some((entry, self.slots.get(&entry)?.ran_at))
    }

    /// A new valid result of a query.
    pub(super) fn add_slot(
        &mut self,
        entry: EntryId,
        query: QueryId,
        audience: Audience,
        ran_at: Timestamp,
        fingerprint: Fingerprint,
    ) {
        if audience != Audience::Nobody
            && let Some(query) = self.queries.get_mut(&query)
        {
            query.slots.insert(audience, entry);
        }
        let holders = BTreeSet::new();
        let slot = Slot {
            query,
            audience,
            ran_at,
            fingerprint,
            holders,
        };
        self.slots.insert(entry, slot);
    }

    pub(super) fn hold(&mut self, entry: EntryId, watch: WatchId) {
        if let Some(slot) = self.slots.get_mut(&entry) {
            slot.holders.insert(watch);
        }
    }

    /// The watch holds the result no longer. The last one to let go ends the watching of the entry.
    pub(super) fn let_go(&mut self, entry: EntryId, watch: WatchId, results: &Results) {
        let Some(slot) = self.slots.get_mut(&entry) else {
            return;
        };
        slot.holders.remove(&watch);
        if slot.holders.is_empty() {
            self.end_slot(entry);
            results.unwatch(entry);
        }
    }

    /// The result is valid no more: who held it?
    pub(super) fn end_slot(&mut self, entry: EntryId) -> BTreeSet<WatchId> {
        let Some(slot) = self.slots.remove(&entry) else {
            return BTreeSet::new();
        };
        if let Some(query) = self.queries.get_mut(&slot.query)
            && query.slots.get(&slot.audience) == Some(&entry)
        {
            query.slots.remove(&slot.audience);
        }
        slot.holders
    }
}
