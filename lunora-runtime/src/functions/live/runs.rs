//! Runs of watched queries: each of one query, at one timestamp, for all who wait for that.

use std::{fmt, sync::Arc};

use lunora_core::identity::Identity;

use super::{
    super::results::UserKey,
    arena::Id,
    connection::{ConnectionId, WatchId},
    queries::QueryId,
};
use crate::store::{Snapshot, Timestamp};

pub(super) type RunId = Id<Run>;

/// A run of a query.
pub(super) struct Run {
    pub(super) query: QueryId,
    pub(super) scope: Scope,
    /// On whose behalf it runs.
    pub(super) identity: Option<Arc<Identity>>,
    pub(super) user: UserKey,
    /// What it reads; held no longer than the run is.
    pub(super) snapshot: Arc<dyn Snapshot>,
    /// The watches whose transition needs the result.
    pub(super) waiters: Vec<WatchId>,
    /// The connections that choose their timestamp when it is over.
    pub(super) blocked: Vec<ConnectionId>,
    /// How often it was tried before.
    pub(super) failures: u32,
}

/// For whom the result is meant, as far as is known before it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Everyone,
    User(UserKey),
    Watch(WatchId),
}

impl Run {
    pub(super) fn ts(&self) -> Timestamp {
        self.snapshot.timestamp()
    }

    /// Whether `watch` of `user` can wait for it.
    pub(super) fn serves(&self, watch: WatchId, user: UserKey) -> bool {
        match self.scope {
            Scope::Everyone => true,
            Scope::User(one) => one == user,
            Scope::Watch(one) => one == watch,
        }
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("query", &self.query)
            .field("ts", &self.ts())
            .finish_non_exhaustive()
    }
}
