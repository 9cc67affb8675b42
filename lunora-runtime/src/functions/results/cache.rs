//! The cache: entries by key, found again by what they read when a commit writes it.

use std::sync::Arc;

use super::{
    entries::{Entries, Watched, largest},
    key::{Audience, QueryKey, UserKey},
    outcome::QueryOutcome,
    seen::Seen,
};
use crate::{
    database::{Database, SealedReads},
    store::Timestamp,
    sync::Mutex,
};

/// Names an entry, which is a subscription to what its run read. No two entries ever have one name.
pub(in super::super) use crate::database::SubscriptionId as EntryId;

/// The query cache, and who watches what in it.
#[derive(Debug)]
pub(in super::super) struct Results {
    database: Database,
    is_on: bool,
    limit: usize,
    entries: Mutex<Entries>,
    /// Looked at when there is not plenty of room.
    seen: Seen,
}

/// A run that has ended.
#[derive(Debug, Clone)]
pub(in super::super) struct Finished {
    pub(in super::super) key: Arc<QueryKey>,
    pub(in super::super) audience: Audience,
    pub(in super::super) outcome: Arc<QueryOutcome>,
    pub(in super::super) reads: Arc<SealedReads>,
    pub(in super::super) ran_at: Timestamp,
}

/// A result that is valid.
#[derive(Debug)]
pub(in super::super) struct Found {
    pub(in super::super) run: Finished,
    /// As of when it is: at least the newest durable commit when it was asked for.
    pub(in super::super) as_of: Timestamp,
}

/// How far commits have been matched, and which watched entries ended on the way.
#[derive(Debug)]
pub(in super::super) struct Advanced {
    pub(in super::super) horizon: Timestamp,
    pub(in super::super) ended: Vec<EntryId>,
}

impl Results {
    /// A cache of `cache_bytes`, and `watched_bytes` for what is watched. Without the first it keeps nothing for those
    /// who only ask.
    pub(in super::super) fn new(database: Database, cache_bytes: usize, watched_bytes: usize) -> Self {
        let limit = cache_bytes.saturating_add(watched_bytes);
        let entries = Entries::new(database.durable(), limit, watched_bytes);
        Self {
            database,
            is_on: cache_bytes > 0,
            limit,
            entries: Mutex::new(entries),
            seen: Seen::new(limit),
        }
    }

    /// Results are kept for those who only ask.
    pub(in super::super) const fn is_on(&self) -> bool {
        self.is_on
    }

    /// The result of a query for a user, as of the newest durable commit.
    pub(in super::super) fn find(
        &self,
        key: &Arc<QueryKey>,
        user: impl FnOnce() -> UserKey,
    ) -> Option<Found> {
        let mut entries = self.entries.lock();
        entries.advance(&self.database);
        let run = entries.find(key, user)?;
        let as_of = entries.horizon();
        Some(Found { run, as_of })
    }

    /// Keeps the result of a run, if it still holds. Unless there is plenty of room it has to be asked for twice: most
    /// that is asked for once is not asked for again while it holds, and to keep it costs more than the run of a small
    /// query.
    pub(in super::super) fn keep(&self, run: Finished) {
        let is_wanted = || self.entries.lock().has_plenty_of_room() || self.seen.again(&run.key);
        if self.can_keep(&run) && is_wanted() {
            // One that does not hold is not kept; whoever asked for it has it.
            let _ = self.add(run, Entries::keep);
        }
    }

    /// Keeps the result of a run for those who no longer wait for it and are about to ask again. False if it does not
    /// hold, or is none to be kept.
    pub(in super::super) fn keep_late(&self, run: Finished) -> bool {
        self.can_keep(&run) && self.add(run, Entries::keep).is_ok()
    }

    fn can_keep(&self, run: &Finished) -> bool {
        let is_small = run.bytes() <= largest(self.limit);
        is_small && run.audience != Audience::Nobody && run.outcome.result().is_ok()
    }

    /// Keeps the result of a run, which may be one that nobody else is given, and tells by [`Self::advance`] when it
    /// ends. Fails with the commit that has ended it already.
    pub(in super::super) fn watch(&self, run: Finished) -> Result<Watched, Timestamp> {
        self.add(run, Entries::watch)
    }

    /// Tells of the end of an entry for one who may not watch all that was read for it; at times too early. None if it
    /// has ended.
    pub(in super::super) fn watch_roughly(&self, id: EntryId) -> Option<EntryId> {
        self.entries.lock().watch_roughly(id)
    }

    /// How many bytes what is read for watched queries may take besides.
    pub(in super::super) fn room_to_watch(&self) -> usize {
        self.entries.lock().room_to_watch()
    }

    /// Nobody wants to hear of the entry any more. It stays for those who ask, unless it is a failure.
    pub(in super::super) fn unwatch(&self, id: EntryId) {
        self.entries.lock().unwatch(id);
    }

    /// The result of a watched entry, if it is still in memory.
    pub(in super::super) fn outcome(&self, id: EntryId) -> Option<Arc<QueryOutcome>> {
        self.entries.lock().outcome(id)
    }

    /// Matches all commits that are on disk.
    pub(in super::super) fn advance(&self) -> Advanced {
        let mut entries = self.entries.lock();
        entries.advance(&self.database);
        Advanced {
            horizon: entries.horizon(),
            ended: entries.take_ended(),
        }
    }

    /// How many entries there are, and how many places in the queue for room.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize) {
        self.entries.lock().sizes()
    }

    fn add<T>(&self, run: Finished, add: impl FnOnce(&mut Entries, Finished) -> T) -> Result<T, Timestamp> {
        // Most of it before the lock, so that the run of a slow query, which many commits have passed, holds nobody up.
        let checked = self.entries.lock().horizon().max(run.ran_at);
        first_conflict(&self.database, &run.reads, run.ran_at, checked)?;
        let mut entries = self.entries.lock();
        entries.advance(&self.database);
        first_conflict(&self.database, &run.reads, checked, entries.horizon())?;
        Ok(add(&mut entries, run))
    }
}

/// Fails with the first commit after `after` and up to `upto` that wrote something of `reads`.
fn first_conflict(
    database: &Database,
    reads: &SealedReads,
    after: Timestamp,
    upto: Timestamp,
) -> Result<(), Timestamp> {
    if after >= upto || reads.is_empty() {
        return Ok(());
    }
    // What cannot be compared any more has to count as changed.
    let commits = database.feed(after).map_err(|_| Timestamp(after.0 + 1))?;
    let mut conflicts = commits
        .iter()
        .filter(|commit| commit.ts <= upto && reads.conflicts_with(commit));
    conflicts.next().map_or(Ok(()), |commit| Err(commit.ts))
}
