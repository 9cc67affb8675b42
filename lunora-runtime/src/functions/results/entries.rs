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
/// What was read for a query finds room in any case if it takes no more bytes: a subscription pays for so many with itself.
pub(in super::super) const SMALL_READ_SET: usize = 1 << 10;
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
    /// Bytes that all of it may take; outcomes are given up before it is more.
    limit: usize,
    /// Bytes of it that the read sets of watched entries may take.
    watched_limit: usize,
    subscriptions: Subscriptions,
    entries: HashMap<EntryId, Entry>,
    by_key: HashMap<(Arc<QueryKey>, Audience), EntryId>,
    /// How many of them are for one user alone.
    personal: usize,
    kept: Kept,
    /// What the read sets of all entries take, and of those that are watched.
    read_bytes: usize,
    watched_bytes: usize,
    next: u64,
    ended: Vec<EntryId>,
}

/// How much of what a run read an entry remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Watched {
    /// All of it.
    Exactly(EntryId),
    /// An outline, and no outcome: there is no room for all of it. The entry ends too early at times, never too late.
    Roughly(EntryId),
}

#[derive(Debug)]
struct Entry {
    key: Arc<QueryKey>,
    audience: Audience,
    /// It is found by its key. A failure is not: what the next run reads, which may come to more, need not be what it had
    /// read.
    is_known: bool,
    reads: Arc<SealedReads>,
    ran_at: Timestamp,
    /// Gone when the memory was needed for others; the entry stays while somebody watches it.
    outcome: Option<Arc<QueryOutcome>>,
    /// What key and outcome take.
    bytes: usize,
    /// What the read set takes, as long as there is the entry.
    read_bytes: usize,
    /// Since it was looked at last for a place.
    used: bool,
    watched: bool,
}

impl Entries {
    pub(super) fn new(horizon: Timestamp, limit: usize, watched_limit: usize) -> Self {
        Self {
            horizon,
            limit,
            watched_limit,
            subscriptions: Subscriptions::default(),
            entries: HashMap::new(),
            by_key: HashMap::new(),
            personal: 0,
            kept: Kept::default(),
            read_bytes: 0,
            watched_bytes: 0,
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

    /// Nobody wants to hear of the entry any more. It stays for those who ask, unless it is a failure.
    pub(super) fn unwatch(&mut self, id: EntryId) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        if mem::take(&mut entry.watched) {
            self.watched_bytes -= entry.read_bytes;
        }
        self.forget_useless(id);
    }

    /// Without an outcome that somebody can be given, an entry is of use only while it is watched.
    fn forget_useless(&mut self, id: EntryId) {
        let outcome = self.entries.get(&id).and_then(|entry| entry.outcome.as_ref());
        if outcome.is_none_or(|outcome| outcome.result().is_err()) {
            self.remove(id);
        }
    }

    fn remove(&mut self, id: EntryId) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        self.subscriptions.remove(id, &entry.reads);
        self.read_bytes -= entry.read_bytes;
        if entry.watched {
            self.watched_bytes -= entry.read_bytes;
        }
        if entry.is_known {
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
    pub(super) fn keep(&mut self, run: Finished) {
        self.insert(run);
        self.make_room();
    }

    /// The same, and tells when it ends.
    pub(super) fn watch(&mut self, run: Finished) -> Watched {
        let (key, reads, ran_at) = (Arc::clone(&run.key), Arc::clone(&run.reads), run.ran_at);
        let id = self.insert(run);
        let has_room = self.has_room_to_watch(id);
        let watched = if has_room {
            self.set_watched(id);
            Watched::Exactly(id)
        } else {
            self.forget_useless(id);
            Watched::Roughly(self.watch_outline(key, &reads, ran_at))
        };
        self.make_room();
        watched
    }

    /// Tells of the end of an entry, by an outline of what was read for it. None if it has ended.
    pub(super) fn watch_roughly(&mut self, id: EntryId) -> Option<EntryId> {
        let entry = self.entries.get(&id)?;
        let (key, reads, ran_at) = (Arc::clone(&entry.key), Arc::clone(&entry.reads), entry.ran_at);
        Some(self.watch_outline(key, &reads, ran_at))
    }

    fn watch_outline(&mut self, key: Arc<QueryKey>, reads: &SealedReads, ran_at: Timestamp) -> EntryId {
        let id = self.add(Entry {
            key,
            audience: Audience::Nobody,
            is_known: false,
            reads: Arc::new(reads.outline()),
            ran_at,
            outcome: None,
            bytes: 0,
            // As small as the rest of a subscription, and bounded by how many there may be.
            read_bytes: 0,
            used: false,
            watched: false,
        });
        self.set_watched(id);
        id
    }

    /// How many bytes the read sets may take that are watched besides.
    pub(super) const fn room_to_watch(&self) -> usize {
        self.watched_limit.saturating_sub(self.watched_bytes)
    }

    fn has_room_to_watch(&self, id: EntryId) -> bool {
        self.entries.get(&id).is_none_or(|entry| {
            let is_small = entry.read_bytes <= SMALL_READ_SET;
            is_small || entry.watched || entry.read_bytes <= self.room_to_watch()
        })
    }

    fn set_watched(&mut self, id: EntryId) {
        if let Some(entry) = self.entries.get_mut(&id)
            && !mem::replace(&mut entry.watched, true)
        {
            self.watched_bytes += entry.read_bytes;
        }
    }

    fn insert(&mut self, run: Finished) -> EntryId {
        let (new, outcome) = (Entry::of(&run), Arc::clone(&run.outcome));
        let known = new.is_known.then(|| self.id(&run.key, run.audience)).flatten();
        let id = known.unwrap_or_else(|| self.add(new));
        if let Some(entry) = self.entries.get_mut(&id) {
            let is_wanted = entry.audience != Audience::Nobody && entry.bytes <= largest(self.limit);
            // What holds for one key at one time is one result; it is only that the entry may have lost it.
            if is_wanted && entry.outcome.is_none() {
                entry.outcome = Some(outcome);
                self.kept.add(id, entry.bytes);
            }
        }
        id
    }

    /// A new entry, which has no outcome yet.
    fn add(&mut self, entry: Entry) -> EntryId {
        let id = EntryId(self.next);
        self.next += 1;
        self.subscriptions.insert(id, &entry.reads);
        self.read_bytes += entry.read_bytes;
        if entry.is_known {
            self.by_key.insert((Arc::clone(&entry.key), entry.audience), id);
            self.personal += usize::from(entry.audience != Audience::Everyone);
        }
        self.entries.insert(id, entry);
        id
    }

    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.entries.len(), self.kept.places())
    }

    /// Whether there is so much room that one need not think about what to keep.
    pub(super) fn has_plenty_of_room(&self) -> bool {
        self.used() < self.limit / PLENTY_UNTIL
    }

    const fn used(&self) -> usize {
        self.kept.bytes() + self.read_bytes
    }

    /// Gives up outcomes until what is left fits.
    fn make_room(&mut self) {
        while self.used() > self.limit
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

impl Entry {
    fn of(run: &Finished) -> Self {
        Self {
            bytes: run.bytes_without_reads(),
            read_bytes: run.reads.bytes(),
            key: Arc::clone(&run.key),
            audience: run.audience,
            is_known: run.audience != Audience::Nobody && run.outcome.result().is_ok(),
            reads: Arc::clone(&run.reads),
            ran_at: run.ran_at,
            outcome: None,
            used: false,
            watched: false,
        }
    }
}

impl Finished {
    /// The memory that it takes in the cache.
    pub(super) fn bytes(&self) -> usize {
        self.bytes_without_reads() + self.reads.bytes()
    }

    fn bytes_without_reads(&self) -> usize {
        ENTRY_OVERHEAD + self.key.bytes() + self.outcome.bytes()
    }
}
