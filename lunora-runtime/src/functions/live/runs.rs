//! Runs of watched queries: each of one query, at one timestamp, for all who wait for that.

use std::{fmt, sync::Arc};

use lunora_core::identity::Identity;

use super::{
    super::results::{Audience, UserKey},
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

impl Scope {
    /// Who else may be told of a failure that may pass, if all may who are of `audience`. A run that ended too early has not
    /// looked at all that it would have.
    pub(super) fn audience_within(self, audience: Audience) -> Audience {
        match (self, audience) {
            (Self::Everyone, audience) => audience,
            (Self::User(user), Audience::Everyone | Audience::User(_)) => Audience::User(user),
            (Self::User(_), Audience::Nobody) | (Self::Watch(_), _) => Audience::Nobody,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_ended_too_early_speaks_for_nobody_whom_it_was_not_made_for() {
        let [anna, ben] = ["anna", "ben"].map(|name| {
            let identity = Identity::new("https://issuer.example", name);
            UserKey::of(Some(&identity))
        });
        let (everyone, of_anna, nobody) = (Audience::Everyone, Audience::User(anna), Audience::Nobody);
        let watch = Scope::Watch(WatchId::of(0));
        for (scope, looked, expected) in [
            (Scope::Everyone, everyone, everyone),
            (Scope::Everyone, of_anna, of_anna),
            (Scope::Everyone, nobody, nobody),
            (Scope::User(anna), everyone, of_anna),
            (Scope::User(anna), of_anna, of_anna),
            (Scope::User(anna), nobody, nobody),
            (watch, everyone, nobody),
            (watch, of_anna, nobody),
            (watch, nobody, nobody),
        ] {
            assert_eq!(scope.audience_within(looked), expected, "{scope:?}, {looked:?}");
        }
        assert_ne!(Scope::User(ben).audience_within(everyone), of_anna);
    }
}
