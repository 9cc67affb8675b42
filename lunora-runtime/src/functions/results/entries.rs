//! The entries of the cache, and how far commits have been matched with them.

use std::{collections::HashMap, mem, sync::Arc};

use super::{
    cache::{EntryId, Finished},
    kept::Kept,
    key::{Audience, QueryKey, UserKey},
    outcome::QueryOutcome,
};
use crate::{
    database::{Database, SealedReads, Subscriptions},
    store::{StoreError, Timestamp},
};

/// What an entry takes besides its outcome, key and reads, in bytes: nodes of the maps that it is in.
const ENTRY_OVERHEAD: usize = 256;
/// What a point or range that was read takes in the maps, in bytes.
const READ_OVERHEAD: usize = 192;
/// A result larger than this part of the cache is not kept: it would push out too many others.
const LARGEST_PART: usize = 8;

/// While less than this part of the cache is used there is plenty of room.
const PLENTY_UNTIL: usize = 8;

/// The largest result that a cache of `limit` bytes keeps.
pub(super) const fn largest(limit: usize) -> usize {
    limit / LARGEST_PART
}

#[derive(Debug)]
pub(super) struct Entries {
    /// All commits up to here have been matched with all entries.
    horizon: Timestamp,
    /// Bytes that outcomes may take.
    limit: usize,
    subscriptions: Subscriptions,
    entries: HashMap<EntryId, Entry>,
    by_key: HashMap<(Arc<QueryKey>, Audience), EntryId>,
    /// How many of them are for one user alone.
    personal: usize,
    kept: Kept,
    next: u64,
    ended: Vec<EntryId>,
}

#[derive(Debug)]
struct Entry {
    key: Arc<QueryKey>,
    audience: Audience,
    reads: Arc<SealedReads>,
    ran_at: Timestamp,
    /// Gone when the memory was needed for others; the entry stays while somebody watches it.
    outcome: Option<Arc<QueryOutcome>>,
    bytes: usize,
    /// Since it was looked at last for a place.
    used: bool,
    watched: bool,
}

impl Entries {
    pub(super) fn new(horizon: Timestamp, limit: usize) -> Self {
        Self {
            horizon,
            limit,
            subscriptions: Subscriptions::default(),
            entries: HashMap::new(),
            by_key: HashMap::new(),
            personal: 0,
            kept: Kept::default(),
            next: 0,
            ended: Vec::new(),
        }
    }

    pub(super) const fn horizon(&self) -> Timestamp {
        self.horizon
    }

    pub(super) fn take_ended(&mut self) -> Vec<EntryId> {
        mem::take(&mut self.ended)
    }

    /// The valid result for a user, if there is one and the function did not fail.
    pub(super) fn find(&mut self, key: &Arc<QueryKey>, user: impl FnOnce() -> UserKey) -> Option<Finished> {
        let mut id = self.id(key, Audience::Everyone);
        if id.is_none() && self.personal > 0 {
            id = self.id(key, Audience::User(user()));
        }
        let entry = self.entries.get_mut(&id?)?;
        entry.used = true;
        let outcome = entry
            .outcome
            .as_ref()
            .filter(|outcome| outcome.result().is_ok())?;
        Some(Finished {
            key: Arc::clone(&entry.key),
            audience: entry.audience,
            outcome: Arc::clone(outcome),
            reads: Arc::clone(&entry.reads),
            ran_at: entry.ran_at,
        })
    }

    fn id(&self, key: &Arc<QueryKey>, audience: Audience) -> Option<EntryId> {
        self.by_key.get(&(Arc::clone(key), audience)).copied()
    }

    /// The result of an entry, if it is still in memory.
    pub(super) fn outcome(&self, id: EntryId) -> Option<Arc<QueryOutcome>> {
        self.entries.get(&id)?.outcome.clone()
    }

    /// Matches the commits between the horizon and what is on disk.
    pub(super) fn advance(&mut self, database: &Database) {
        let durable = database.durable();
        if durable <= self.horizon {
            return;
        }
        if !self.subscriptions.is_empty() {
            self.match_commits(database, durable);
        }
        self.horizon = durable;
    }

    fn match_commits(&mut self, database: &Database, upto: Timestamp) {
        match database.feed(self.horizon) {
            Ok(commits) => {
                for commit in commits.iter().take_while(|commit| commit.ts <= upto) {
                    for id in self.subscriptions.touched_by(commit) {
                        self.end(id);
                    }
                }
            }
            Err(error) => {
                match error {
                    // Nobody has asked for so long that it is all the same, or nobody will.
                    StoreError::TooOld { .. } | StoreError::Closed => {}
                    _ => {
                        tracing::warn!(%error, "commits could not be matched; every known result counts as changed");
                    }
                }
                let mut all: Vec<_> = self.entries.keys().copied().collect();
                all.sort_unstable();
                for id in all {
                    self.end(id);
                }
            }
        }
    }

    /// The entry is valid no more.
    fn end(&mut self, id: EntryId) {
        if self.remove(id).is_some_and(|entry| entry.watched) {
            self.ended.push(id);
        }
    }

    /// Nobody wants to hear of the entry any more. It stays for those who ask.
    pub(super) fn unwatch(&mut self, id: EntryId) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        entry.watched = false;
        if entry.outcome.is_none() {
            self.remove(id);
        }
    }

    fn remove(&mut self, id: EntryId) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        self.subscriptions.remove(id, &entry.reads);
        if entry.audience != Audience::Nobody {
            self.by_key.remove(&(Arc::clone(&entry.key), entry.audience));
            self.personal -= usize::from(entry.audience != Audience::Everyone);
        }
        if entry.outcome.is_some() {
            self.kept.forget(entry.bytes);
            let entries = &self.entries;
            self.kept.tidy(entries.len(), |id| entries.contains_key(&id));
        }
        Some(entry)
    }

    /// Adds the result of a run that holds at the horizon, and gives up older ones if there is no room.
    pub(super) fn insert(&mut self, run: Finished, watched: bool) -> EntryId {
        let known = match run.audience {
            Audience::Nobody => None,
            audience => self.id(&run.key, audience),
        };
        let id = known.unwrap_or_else(|| self.add(&run));
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.watched |= watched;
            let is_wanted = entry.audience != Audience::Nobody && entry.bytes <= largest(self.limit);
            // What holds for one key at one time is one result; it is only that the entry may have lost it.
            if is_wanted && entry.outcome.is_none() {
                entry.outcome = Some(run.outcome);
                self.kept.add(id, entry.bytes);
            }
        }
        self.make_room();
        id
    }

    /// A new entry, which has no outcome yet.
    fn add(&mut self, run: &Finished) -> EntryId {
        let id = EntryId(self.next);
        self.next += 1;
        self.subscriptions.insert(id, &run.reads);
        if run.audience != Audience::Nobody {
            self.by_key.insert((Arc::clone(&run.key), run.audience), id);
            self.personal += usize::from(run.audience != Audience::Everyone);
        }
        let entry = Entry {
            key: Arc::clone(&run.key),
            audience: run.audience,
            reads: Arc::clone(&run.reads),
            ran_at: run.ran_at,
            outcome: None,
            bytes: run.bytes(),
            used: false,
            watched: false,
        };
        self.entries.insert(id, entry);
        id
    }

    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.entries.len(), self.kept.places())
    }

    /// Whether there is so much room that one need not think about what to keep.
    pub(super) fn has_plenty_of_room(&self) -> bool {
        self.kept.bytes() < self.limit / PLENTY_UNTIL
    }

    /// Gives up outcomes until what is left fits.
    fn make_room(&mut self) {
        while self.kept.bytes() > self.limit
            && let Some(id) = self.kept.pop()
        {
            let Some(entry) = self.entries.get_mut(&id) else {
                continue;
            };
            if mem::take(&mut entry.used) {
                self.kept.push(id);
            } else if entry.watched {
                entry.outcome = None;
                self.kept.forget(entry.bytes);
            } else {
                self.remove(id);
            }
        }
    }
}

impl Finished {
    /// The memory that it takes in the cache.
    pub(super) fn bytes(&self) -> usize {
        let reads = self.reads.points().len() + self.reads.ranges().len();
        ENTRY_OVERHEAD + self.key.bytes() + self.outcome.bytes() + reads * READ_OVERHEAD
    }
}
