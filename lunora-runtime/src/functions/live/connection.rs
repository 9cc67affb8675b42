//! A connection: what it watches, what it holds, and how far its next transition is.

use std::{
    collections::{BTreeMap, HashMap},
    mem,
    sync::Arc,
    task::Waker,
};

use lunora_core::{error::Error, identity::Identity, limits::LimitExceeded};

use super::{
    super::results::{Fingerprint, QueryOutcome, UserKey},
    arena::Id,
    queries::{QueryId, SlotId},
};
use crate::store::Timestamp;

pub(super) type ConnectionId = Id<Connection>;
pub(super) type WatchId = Id<Watch>;

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

impl Transition {
    /// One that tells of no results, for a connection all of whose results are as of `ts` anyhow.
    pub(crate) const fn empty(ts: Timestamp, covers: u64) -> Self {
        Self {
            ts,
            covers,
            updates: Vec::new(),
        }
    }
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
    /// By the client's own numbers.
    pub(super) watches: HashMap<u32, WatchId>,
    /// The watches whose results may be others by now, or which have none yet.
    pub(super) stale: Vec<WatchId>,
    /// Modifications so far, and those that the last transition included.
    pub(super) version: u64,
    covered: u64,
    /// As of when all results are that it holds.
    pub(super) at: Timestamp,
    /// Its next transition is not to be before this.
    pub(super) at_least: Timestamp,
    pub(super) progress: Progress,
    /// Its turn did not come when a run that it waited for was over.
    pub(super) was_passed_over: bool,
    pub(super) waker: Option<Waker>,
    /// What it takes to remember all that was read for what it holds, in bytes.
    pub(super) read_bytes: usize,
    untaken: Untaken,
}

/// Results that the reader has not taken yet, the last of each query.
#[derive(Debug, Default)]
struct Untaken {
    outcomes: BTreeMap<u32, Arc<QueryOutcome>>,
    /// What they take as JSON.
    bytes: usize,
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
    ts: Timestamp,
    covers: u64,
    /// How many watches it waits for.
    pub(super) missing: usize,
    /// It has to be told even without changes.
    is_forced: bool,
    /// It is one of a [meeting](super::meeting).
    pub(super) is_meeting: bool,
}

/// One query of a connection.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) connection: ConnectionId,
    /// The client's own number.
    pub(super) number: u32,
    pub(super) target: Target,
    /// The valid result that it holds.
    pub(super) held: Option<Held>,
    /// What its connection is charged for what was read. It keeps this room while it runs again, or another query that
    /// waits for room would take it.
    pub(super) read_bytes: usize,
    /// What the client was sent last.
    pub(super) delivered: Option<Fingerprint>,
    /// How often it was tried again by itself since it had a result that lasts.
    pub(super) tries: u32,
    /// It is on the list of its connection.
    pub(super) is_stale: bool,
    /// The transition under way waits for it.
    pub(super) is_missing: bool,
}

/// A result, and the place of the watch among those that hold it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub(super) slot: SlotId,
    pub(super) place: usize,
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
    /// Its reader waits, and there is something to tell, or somebody insists.
    pub(super) fn wants_more(&self) -> bool {
        let has_news = !self.stale.is_empty() || self.is_forced();
        matches!(self.progress, Progress::Wanted) && has_news
    }

    /// A transition is due even if no result changed.
    fn is_forced(&self) -> bool {
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

    /// The reader asks. What is ready but too old becomes a part of what comes.
    pub(super) fn ask(&mut self, waker: &Waker) {
        match self.progress {
            Progress::Resting | Progress::Ready { .. } => self.progress = Progress::Wanted,
            _ => {}
        }
        if self.waker.as_ref().is_none_or(|known| !known.will_wake(waker)) {
            self.waker = Some(waker.clone());
        }
    }

    /// Chooses the timestamp of the transition. It waits for one result more than there are, so that it does not end
    /// before all are asked for.
    pub(super) fn start(&mut self, ts: Timestamp, is_meeting: bool) {
        self.was_passed_over = false;
        self.progress = Progress::Collecting(Collecting {
            ts,
            covers: self.version,
            missing: 1,
            is_forced: self.is_forced(),
            is_meeting,
        });
        self.stale.clear();
    }

    /// The transition under way waits for one result more.
    pub(super) fn miss(&mut self) {
        if let Progress::Collecting(collecting) = &mut self.progress {
            collecting.missing += 1;
        }
    }

    /// The transition under way waits for one result less. With the last one it can be told, if there is something to
    /// tell. Returns what it was once it is whole.
    pub(super) fn find(&mut self, wakers: &mut Vec<Waker>) -> Option<Collecting> {
        let Progress::Collecting(collecting) = &mut self.progress else {
            return None;
        };
        collecting.missing -= 1;
        if collecting.missing > 0 {
            return None;
        }
        let Progress::Collecting(collected) = mem::take(&mut self.progress) else {
            return None;
        };
        self.at = collected.ts;
        self.covered = collected.covers;
        if self.untaken.outcomes.is_empty() && !collected.is_forced {
            self.progress = Progress::Wanted;
        } else {
            let (ts, covers) = (collected.ts, collected.covers);
            self.progress = Progress::Ready { ts, covers };
            wakers.extend(self.waker.take());
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
        let updates = mem::take(&mut self.untaken).into_updates();
        Some(Transition { ts, covers, updates })
    }

    /// Takes a result into the transition under way, if it is another one than the client has.
    pub(super) fn collect(&mut self, watch: &mut Watch, outcome: &Arc<QueryOutcome>, limit: usize) {
        if watch.delivered == Some(outcome.fingerprint()) {
            return;
        }
        // What the reader has not taken of the query is overtaken, and leaves its room.
        self.untaken.remove(watch.number);
        let outcome = if self.untaken.bytes + outcome.json_bytes() <= limit {
            Arc::clone(outcome)
        } else {
            too_large(limit)
        };
        watch.delivered = Some(outcome.fingerprint());
        self.untaken.insert(watch.number, outcome);
    }

    /// Forgets what the reader has not taken of a query. False if there was nothing.
    pub(super) fn forget(&mut self, number: u32) -> bool {
        self.untaken.remove(number)
    }
}

impl Untaken {
    fn insert(&mut self, query: u32, outcome: Arc<QueryOutcome>) {
        self.bytes += outcome.json_bytes();
        self.outcomes.insert(query, outcome);
    }

    fn remove(&mut self, query: u32) -> bool {
        let removed = self.outcomes.remove(&query);
        self.bytes -= removed.as_ref().map_or(0, |outcome| outcome.json_bytes());
        removed.is_some()
    }

    /// By number.
    fn into_updates(self) -> Vec<Update> {
        let updates = self.outcomes.into_iter();
        updates
            .map(|(query, outcome)| Update { query, outcome })
            .collect()
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
