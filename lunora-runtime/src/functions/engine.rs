//! What all calls of one server share.

use std::{collections::HashMap, fmt, sync::Arc, thread::available_parallelism};

use lunora_core::{
    error::{Error, Result},
    limits::Limits,
    reference::FunctionRef,
    shape::Shapes,
};

use super::{
    Issuer, TokenLimits,
    clock::{Clock, SystemClock},
    executor::Executor,
    failure::StoreFailure,
    function::Function,
    hooks::Hooks,
    limits::CallLimits,
    live::LiveLimits,
    random::Seeds,
    results::Results,
    running::Running,
    scheduler::Jobs,
};
use crate::database::Database;

/// How functions run.
#[derive(Debug)]
pub struct EngineOptions {
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where the seeds of calls come from.
    pub seeds: Seeds,
    /// Limits of a transaction, where a function sets none of its own.
    pub limits: Limits,
    /// Limits of a call, with all that it waits for.
    pub calls: CallLimits,
    /// Threads that run queries and mutations.
    pub threads: usize,
    /// Issuers that this deployment trusts, beside those of the application or in their place.
    pub issuers: Vec<Issuer>,
    /// Limits around the tokens of users.
    pub tokens: TokenLimits,
    /// What the results may take that the query cache keeps, in bytes, beside those of watched queries
    /// ([`LiveLimits::watched_bytes`]). With 0 it keeps those alone. Default 64 MiB.
    pub query_cache_bytes: usize,
    /// What connections may watch.
    pub live: LiveLimits,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            seeds: Seeds::System,
            limits: Limits::default(),
            calls: CallLimits::default(),
            threads: available_parallelism().map_or(2, std::num::NonZero::get),
            issuers: Vec::new(),
            tokens: TokenLimits::default(),
            query_cache_bytes: 64 << 20,
            live: LiveLimits::default(),
        }
    }
}

pub(super) struct Engine {
    pub(super) database: Database,
    pub(super) functions: Functions,
    pub(super) hooks: Arc<Hooks>,
    pub(super) shapes: Shapes,
    pub(super) executor: Executor,
    pub(super) results: Results,
    pub(super) jobs: Jobs,
    pub(super) running: Running,
    pub(super) failure: StoreFailure,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) seeds: Seeds,
    pub(super) limits: Limits,
    pub(super) calls: CallLimits,
    #[cfg(feature = "fetch")]
    pub(super) http: std::sync::OnceLock<reqwest::Client>,
}

impl Engine {
    /// The client of all `ctx.fetch` calls, which keeps connections open between them.
    #[cfg(feature = "fetch")]
    pub(super) fn http(&self) -> &reqwest::Client {
        self.http.get_or_init(super::fetch::client)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

/// All functions of the application, for the server's own calls.
#[derive(Debug)]
pub(super) struct Functions(HashMap<&'static str, Arc<Function>>);

/// A reference to a function of another application, or one that was not made by an attribute.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is not a function of this application: is it listed in the `lunora::app!` that this server runs?"
)]
struct NotOurs(&'static str);

impl Functions {
    pub(super) fn new(functions: impl IntoIterator<Item = Arc<Function>>) -> Self {
        Self(
            functions
                .into_iter()
                .map(|function| (function.path, function))
                .collect(),
        )
    }

    pub(super) fn find(&self, path: &str) -> Option<&Arc<Function>> {
        self.0.get(path)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Function>> {
        self.0.values()
    }

    /// The function whose reference is `F`. That a type says it has a function's path is not enough: anybody could
    /// write such a type.
    pub(super) fn referenced<F: FunctionRef>(&self) -> Result<&Arc<Function>> {
        self.find(F::PATH)
            .filter(|function| function.is::<F>())
            .ok_or_else(|| Error::from(NotOurs(F::PATH)))
    }
}
