//! One budget for the memory of a process, and what each part gets of it.

use crate::{
    database::OpenOptions,
    functions::{EngineOptions, LiveLimits},
    server::{ServerLimits, SocketLimits},
    store::Options,
};

/// What a process may take of the machine's memory, in bytes.
///
/// Everything that grows with data or load has a share: the layers and caches of the store, decoded documents, results
/// of queries, requests and answers. Data may be many times as large. What is left is for calls under way and for what
/// an allocator loses.
///
/// `serve --memory-budget` does this; a program of one's own hands out the shares itself:
///
/// ```no_run
/// use std::{path::Path, sync::Arc};
/// use lunora_runtime::{
///     database::OpenOptions,
///     functions::{App, EngineOptions, Runtime},
///     memory::MemoryBudget,
///     server::{Server, ServerLimits, ServerOptions},
///     store::Embedded,
/// };
/// # async fn serve(app: App) -> Result<(), Box<dyn std::error::Error>> {
/// let budget = MemoryBudget::new(512 << 20)?;
/// let store = Arc::new(Embedded::open(Path::new("data"), budget.store())?);
/// let engine = budget.engine(EngineOptions::default());
/// let runtime = Runtime::open(app, store, engine, budget.database(OpenOptions::default()))?;
/// let limits = budget.server(ServerLimits::default());
/// Server::bind(runtime, ServerOptions { limits, ..ServerOptions::default() }).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryBudget {
    bytes: usize,
    query_cache: usize,
}

/// Why there is no such budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BudgetError {
    /// There are things that have to fit, whatever else is kept small.
    #[error("a memory budget is at least {} MiB", MemoryBudget::LEAST >> 20)]
    TooLittle,
    /// The query cache would leave too little for the rest.
    #[error("the query cache takes at most a quarter of the memory budget, here {} MiB", .most >> 20)]
    QueryCache {
        /// What it could take, in bytes.
        most: usize,
    },
}

/// The program itself, its threads, and connections that do nothing.
const PROGRAM: usize = 24 << 20;
/// Shares are in so many parts of the rest.
const PARTS: usize = 32;

impl MemoryBudget {
    /// Unless somebody says otherwise.
    pub const DEFAULT: Self = Self {
        bytes: 1 << 30,
        query_cache: 0,
    };

    /// The smallest one, in bytes.
    pub const LEAST: usize = 64 << 20;

    /// Of so many bytes.
    pub const fn new(bytes: usize) -> Result<Self, BudgetError> {
        if bytes < Self::LEAST {
            return Err(BudgetError::TooLittle);
        }
        let query_cache = 0;
        Ok(Self { bytes, query_cache })
    }

    /// With so many bytes of it for results of queries that nobody watches; at most a quarter.
    pub const fn with_query_cache(self, bytes: usize) -> Result<Self, BudgetError> {
        let most = self.bytes / 4;
        if bytes > most {
            return Err(BudgetError::QueryCache { most });
        }
        let query_cache = bytes;
        Ok(Self { query_cache, ..self })
    }

    /// Half of it, for each of two that work at the same time.
    pub(crate) const fn half(self) -> Self {
        Self {
            bytes: self.bytes / 2,
            query_cache: self.query_cache / 2,
        }
    }

    const fn share(self, parts: usize) -> usize {
        self.bytes.saturating_sub(PROGRAM + self.query_cache) / PARTS * parts
    }

    /// For the store.
    pub fn store(self) -> Options {
        Options {
            // Three times in memory: one layer on its way to the disk, one of twice the size being filled.
            overlay_bytes: self.share(3),
            // A layer that was full can be read for as long as any other.
            history_bytes: self.share(4),
            recent_bytes: self.share(2),
            cache_bytes: self.share(5),
            ..Options::default()
        }
    }

    /// For decoded documents and index entries.
    pub fn database(self, options: OpenOptions) -> OpenOptions {
        OpenOptions {
            cache_bytes: self.share(3),
            ..options
        }
    }

    /// For the query cache, and for what connections watch: these limits, as far as the budget allows.
    pub fn engine(self, options: EngineOptions) -> EngineOptions {
        EngineOptions {
            query_cache_bytes: self.query_cache,
            live: self.live(options.live),
            ..options
        }
    }

    /// For what connections watch: results, and what was read for them.
    pub fn live(self, limits: LiveLimits) -> LiveLimits {
        let watched_bytes = limits.watched_bytes.min(self.share(2));
        limits.watched_bytes(watched_bytes)
    }

    /// For requests, answers and what connections ask for: these limits, as far as the budget allows. One request of the
    /// largest size is always let in.
    pub fn server(self, limits: ServerLimits) -> ServerLimits {
        let at_most = |bytes: usize| {
            bytes
                .min(self.share(3))
                .max(limits.body_bytes.max(limits.http_body_bytes))
        };
        ServerLimits {
            buffered_bytes: at_most(limits.buffered_bytes),
            unread_bytes: at_most(limits.unread_bytes),
            socket: SocketLimits {
                subscription_bytes: at_most(limits.socket.subscription_bytes),
                ..limits.socket
            },
            ..limits
        }
    }
}

impl Default for MemoryBudget {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    #[test]
    fn the_shares_of_a_budget_stay_within_it_and_use_it() {
        for mib in [64, 100, 256, 1024, 64 << 10] {
            let budget = MemoryBudget::new(mib * MIB).unwrap();
            for budget in [budget, budget.with_query_cache(mib / 4 * MIB).unwrap()] {
                let Options {
                    overlay_bytes,
                    history_bytes,
                    recent_bytes,
                    cache_bytes,
                    ..
                } = budget.store();
                let decoded = budget.database(OpenOptions::default()).cache_bytes;
                let EngineOptions {
                    query_cache_bytes,
                    live,
                    ..
                } = budget.engine(EngineOptions::default());
                let results = query_cache_bytes + live.watched_bytes;
                assert!(live.watched_bytes > 0, "something can be watched");
                let store = 3 * overlay_bytes + history_bytes + recent_bytes + cache_bytes;
                let kept = store + decoded + results;
                assert!(kept + PROGRAM <= mib * MIB, "{mib} MiB");
                assert!(
                    history_bytes > overlay_bytes,
                    "a full layer has no past, {mib} MiB"
                );
                assert!(kept * 5 >= (mib * MIB - PROGRAM) * 2, "{mib} MiB are hardly used");
            }
        }
    }

    #[test]
    fn what_is_watched_is_within_the_budget_without_a_query_cache_too() {
        for mib in [64, 1024] {
            let budget = MemoryBudget::new(mib * MIB).unwrap();
            let watched = budget.engine(EngineOptions::default()).live.watched_bytes;
            assert!(watched < mib * MIB / 15, "{mib} MiB");
            assert_eq!(watched / 2, budget.store().overlay_bytes / 3, "{mib} MiB");
        }
    }

    #[test]
    fn the_largest_request_is_let_in_within_any_budget() {
        let limits = ServerLimits::default();
        let least = MemoryBudget::new(MemoryBudget::LEAST).unwrap().server(limits);
        for bytes in [
            least.buffered_bytes,
            least.unread_bytes,
            least.socket.subscription_bytes,
        ] {
            assert!(bytes >= limits.body_bytes && bytes >= limits.http_body_bytes);
            assert!(bytes < limits.unread_bytes);
        }
        let ample = MemoryBudget::new(64 << 30).unwrap().server(limits);
        assert_eq!(ample, limits, "a large budget changes no limit");
        let live = LiveLimits::default();
        assert_eq!(MemoryBudget::new(64 << 30).unwrap().live(live), live);
    }

    #[test]
    fn a_budget_that_is_too_small_says_what_would_do() {
        let error = MemoryBudget::new(MemoryBudget::LEAST - 1).unwrap_err();
        assert!(error.to_string().contains("at least 64 MiB"), "{error}");
        let error = MemoryBudget::DEFAULT.with_query_cache(257 * MIB).unwrap_err();
        assert!(error.to_string().contains("here 256 MiB"), "{error}");
    }
}
