//! What a connection does with live queries.

use std::{
    future::poll_fn,
    io,
    sync::{Arc, Weak},
    task::{Context, Poll},
};

use lunora_core::{
    error::Result, identity::Identity, limits::LimitExceeded, path::FunctionPath, reference::Kind,
    value::Object,
};

use super::{
    super::{
        engine::Engine,
        function::Function,
        results::{CallerClass, QueryKey, QueryOutcome, UserKey, heap_bytes_of_fields},
    },
    connection::{Connection, ConnectionId, Target, Transition},
    limits::LiveLimits,
    shared::Shared,
};
use crate::{
    store::Timestamp,
    sync::{
        channel::{Receiver, RecvTimeoutError, bounded},
        thread,
    },
};

/// All live queries of a server. Ends with its last handle.
#[derive(Debug)]
pub(in super::super) struct Live(Arc<Shared>);

/// A query to be watched.
#[derive(Debug, Clone)]
pub struct WatchRequest {
    /// The function.
    pub path: FunctionPath,
    /// Its arguments.
    pub args: Object,
    /// Who watches.
    pub identity: Option<Arc<Identity>>,
    /// Where its page ended last, if the client has been told: [`QueryOutcome::journal`].
    pub journal: Option<String>,
}

impl WatchRequest {
    /// The memory that it takes, in bytes. Small values take many times what they count among the arguments.
    pub(crate) fn bytes(&self) -> usize {
        let journal = self.journal.as_ref().map_or(0, String::len);
        size_of::<Self>() + self.path.as_str().len() + heap_bytes_of_fields(&self.args) + journal
    }
}

/// Why a query is not watched. What was watched before still is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// The connection watches as many as it may.
    #[error(transparent)]
    TooMany(#[from] LimitExceeded),
    /// The admin key that it was to be watched with has been revoked since it was verified.
    #[error("BadAdminKey: the admin key has been revoked")]
    KeyRevoked,
}

/// The queries that one client watches. Dropped, it watches none.
#[derive(Debug)]
pub struct LiveQueries {
    shared: Arc<Shared>,
    id: ConnectionId,
    limits: LiveLimits,
}

impl Live {
    pub(in super::super) fn start(
        engine: Arc<Engine>,
        limits: LiveLimits,
        threads: usize,
    ) -> io::Result<Self> {
        let (nudge, nudges) = bounded(1);
        let shared = Arc::new(Shared::new(engine, limits, threads, nudge));
        let watched = Arc::downgrade(&shared);
        thread::Builder::new()
            .name("lunora-live".to_owned())
            .spawn(move || look_after(&watched, &nudges))?;
        Ok(Self(shared))
    }

    /// A new connection, which watches nothing so far.
    pub(in super::super) fn connect(&self) -> LiveQueries {
        let (id, limits) = self
            .0
            .with(|state| (state.connections.add(Connection::default()), state.limits));
        LiveQueries {
            shared: Arc::clone(&self.0),
            id,
            limits,
        }
    }

    /// Ends all: readers get no more transitions.
    pub(in super::super) fn close(&self) {
        self.0.close();
    }
}

/// Looks when there is a commit, and when time has come for something.
fn look_after(live: &Weak<Shared>, nudges: &Receiver<()>) {
    loop {
        let Some(next) = live.upgrade().map(|shared| shared.look()) else {
            return;
        };
        let nudged = match next {
            Some(at) => nudges.recv_deadline(at),
            None => nudges.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        if nudged == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

impl LiveQueries {
    /// The next transition; none once the server stops. It waits until a result has changed, or the set of queries, or
    /// until there is a commit at `at_least` to be caught up with.
    pub async fn next(&mut self, at_least: Timestamp) -> Option<Transition> {
        poll_fn(|context| self.poll_next(at_least, context)).await
    }

    /// See [`Self::next`].
    pub fn poll_next(&mut self, at_least: Timestamp, context: &mut Context<'_>) -> Poll<Option<Transition>> {
        self.shared
            .with(|state| state.poll(self.id, at_least, context.waker()))
    }

    /// How often its queries have been changed.
    pub fn version(&self) -> u64 {
        let connection = |state: &mut super::state::State| {
            let connection = state.connections.get(self.id);
            connection.map_or(0, |connection| connection.version)
        };
        self.shared.with(connection)
    }

    /// Watches the query `number` no longer. False if it was not watched.
    pub fn remove(&mut self, number: u32) -> bool {
        self.shared.with(|state| state.unset(self.id, number))
    }

    /// Watches a query under `number`, in the place of what was watched under it before. `function` is what the
    /// caller's dispatcher has found.
    pub(in super::super) fn set(
        &mut self,
        number: u32,
        mut request: WatchRequest,
        class: CallerClass,
        function: Result<&Arc<Function>>,
    ) -> Result<(), WatchError> {
        let function = function.and_then(|function| self.checked(function, &request));
        if let Ok(function) = &function {
            function.forget_hook(&mut request.args);
        }
        let limit = self.limits.subscriptions;
        self.shared.with(|state| {
            let connection = state.connections.get(self.id);
            let is_full = connection.is_some_and(|connection| {
                connection.watches.len() >= limit && !connection.watches.contains_key(&number)
            });
            if is_full {
                return Err(WatchError::from(LimitExceeded {
                    name: "subscriptions",
                    limit: limit as u64,
                    advice: "watch fewer queries over one connection",
                }));
            }
            let target = match function {
                Err(error) => Target::Refused(Arc::new(QueryOutcome::new(Err(error), None))),
                Ok(function) => {
                    let journal = request.journal.map(Arc::from);
                    let key = QueryKey::new(function, &request.args, class, journal);
                    Target::Query {
                        query: state.queries.join(Arc::new(key), function),
                        user: UserKey::of(request.identity.as_deref()),
                        identity: request.identity,
                    }
                }
            };
            state.set(self.id, number, target);
            Ok(())
        })
    }

    /// The checks that precede every call.
    fn checked<'f>(&self, function: &'f Arc<Function>, request: &WatchRequest) -> Result<&'f Arc<Function>> {
        self.shared
            .engine()
            .check_call(function, Some(Kind::Query), &request.args)?;
        Ok(function)
    }
}

impl Drop for LiveQueries {
    fn drop(&mut self) {
        self.shared.with(|state| state.close(self.id));
    }
}
