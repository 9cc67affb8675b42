//! A connection: what it watches, what it holds, and how far its next transition is.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    mem,
    sync::Arc,
    task::Waker,
};

use lunora_core::{error::Error, identity::Identity, limits::LimitExceeded};

use super::{
    super::results::{EntryId, Fingerprint, QueryOutcome, UserKey},
    ids::QueryId,
};
use crate::store::Timestamp;

/// What changed between two timestamps for one connection.
#[derive(Debug)]
#[non_exhaustive]
pub struct Transition {
    /// As of when everything is that the connection holds after this.
    pub ts: Timestamp,
    /// How many modifications of the connection's queries it includes: what
    /// [`LiveQueries::version`](super::LiveQueries::version) was when it began.
    pub covers: u64,
    /// The queries whose results are not what they were, by their numbers.
    pub updates: Vec<Update>,
}

/// A new result of a query.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Update {
    /// The client's number of the query.
    pub query: u32,
    /// What it came to.
    pub outcome: Arc<QueryOutcome>,
}

/// The state of a connection.
#[derive(Debug, Default)]
pub(super) struct Connection {
    pub(super) watches: HashMap<u32, Watch>,
    /// The watches whose results may be others by now, or which have none yet.
    pub(super) stale: BTreeSet<u32>,
    /// Modifications so far, and those that the last transition included.
    pub(super) version: u64,
    pub(super) covered: u64,
    /// As of when all results are that it holds.
    pub(super) at: Timestamp,
    /// Its next transition is not to be before this.
    pub(super) at_least: Timestamp,
    pub(super) progress: Progress,
    /// Changes that the reader has not taken yet.
    pub(super) untaken: BTreeMap<u32, Arc<QueryOutcome>>,
    /// What those results take as JSON.
    untaken_bytes: usize,
    /// Its turn did not come when a run that it waited for was over.
    pub(super) was_passed_over: bool,
    pub(super) waker: Option<Waker>,
}

/// How far the next transition is.
#[derive(Debug, Default)]
pub(super) enum Progress {
    /// Nobody has asked for it.
    #[default]
    Resting,
    /// It begins as soon as there is something to tell.
    Wanted,
    /// It waits for a run to end before it can choose its timestamp.
    Blocked,
    /// Its timestamp is chosen; some results are still to come.
    Collecting(Collecting),
    /// It can be taken.
    Ready { ts: Timestamp, covers: u64 },
}

/// A transition of which some results are still to come.
#[derive(Debug)]
pub(super) struct Collecting {
    pub(super) ts: Timestamp,
    pub(super) covers: u64,
    /// How many watches it waits for.
    pub(super) missing: usize,
    /// It has to be told even without changes.
    pub(super) is_forced: bool,
    /// It is one of a [meeting](super::meeting).
    pub(super) is_meeting: bool,
}

/// One query of a connection.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) serial: u64,
    pub(super) target: Target,
    /// The result that it holds, as long as that is valid.
    pub(super) slot: Option<EntryId>,
    /// What the client was sent last.
    pub(super) delivered: Option<Fingerprint>,
    /// The transition under way waits for it.
    pub(super) is_missing: bool,
}

/// What a watch watches.
#[derive(Debug, Clone)]
pub(super) enum Target {
    Query {
        query: QueryId,
        identity: Option<Arc<Identity>>,
        user: UserKey,
    },
    /// Nothing: the call was refused.
    Refused(Arc<QueryOutcome>),
}

impl Connection {
    /// There is something to tell, or somebody insists.
    pub(super) fn has_news(&self) -> bool {
        !self.stale.is_empty() || self.is_forced()
    }

    /// A transition is due even if no result changed.
    pub(super) fn is_forced(&self) -> bool {
        self.covered < self.version || self.at < self.at_least
    }

    /// The client has changed what it watches. A transition begins only when the reader asks again, so that changes
    /// which are made together are in one.
    pub(super) fn modified(&mut self) {
        self.version += 1;
        if matches!(self.progress, Progress::Wanted | Progress::Blocked) {
            self.progress = Progress::Resting;
        }
    }

    /// Lets the reader know.
    pub(super) fn wake(&mut self, wakers: &mut Vec<Waker>) {
        wakers.extend(self.waker.take());
    }

    /// The transition under way has all that it waited for.
    pub(super) fn complete(&mut self, wakers: &mut Vec<Waker>) -> Option<Collecting> {
        let Progress::Collecting(collected) = mem::take(&mut self.progress) else {
            return None;
        };
        self.at = collected.ts;
        self.covered = collected.covers;
        if self.untaken.is_empty() && !collected.is_forced {
            self.progress = Progress::Wanted;
        } else {
            let (ts, covers) = (collected.ts, collected.covers);
            self.progress = Progress::Ready { ts, covers };
            self.wake(wakers);
        }
        Some(collected)
    }

    /// Takes what is ready.
    pub(super) fn take(&mut self) -> Option<Transition> {
        let Progress::Ready { ts, covers } = self.progress else {
            return None;
        };
        if ts < self.at_least {
            return None;
        }
        self.progress = Progress::Resting;
        let untaken = mem::take(&mut self.untaken);
        self.untaken_bytes = 0;
        let updates = untaken
            .into_iter()
            .map(|(query, outcome)| Update { query, outcome });
        Some(Transition {
            ts,
            covers,
            updates: updates.collect(),
        })
    }

    /// Takes a result into the transition under way, if it is another one than the client has.
    pub(super) fn collect(&mut self, number: u32, outcome: &Arc<QueryOutcome>, limit: usize) {
        let Some(watch) = self.watches.get_mut(&number) else {
            return;
        };
        if watch.delivered == Some(outcome.fingerprint()) {
            return;
        }
        let bytes = outcome.json_bytes();
        let outcome = if self.untaken_bytes + bytes <= limit {
            self.untaken_bytes += bytes;
            Arc::clone(outcome)
        } else {
            too_large(limit)
        };
        watch.delivered = Some(outcome.fingerprint());
        self.untaken.insert(number, outcome);
    }
}

/// Stands in for a result that does not fit.
fn too_large(limit: usize) -> Arc<QueryOutcome> {
    let error = LimitExceeded {
        name: "transition_bytes",
        limit: limit as u64,
        advice: "watch fewer or smaller results over one connection",
    };
    Arc::new(QueryOutcome::new(Err(Error::from(error)), None))
}
