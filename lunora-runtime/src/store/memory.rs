//! The store without a disk.

use std::path::Path;
use std::sync::Arc;

use redb::StorageBackend;
use redb::backends::InMemoryBackend;

use super::delegate;
use super::engine::{Engine, Parts};
use super::error::StoreError;
use super::options::Options;
use super::overlay::Layer;
use super::recent::Recent;
use super::state::{Base, Meta};
use super::threads::Running;
use super::timestamp::Timestamp;
use super::traits::Store;

/// The engine's pages are in memory already; a large cache would hold them twice.
const CACHE_BYTES: usize = 16 << 20;

/// A store in memory, for tests and for trying things out: what is ordered is durable, as far as anything
/// here is.
///
/// It is the embedded store without its log. Old versions go when the overlay is full, as there.
#[derive(Debug)]
pub struct Memory {
    running: Running,
}

impl Store for Memory {
    delegate!((running.engine): ordered, durable, snapshot, frozen, append, when_durable, on_failure, feed);
    delegate!((running): close);
}

impl Memory {
    /// An empty store.
    ///
    /// # Panics
    /// When the system cannot give it a thread.
    pub fn new() -> Self {
        let options = Options {
            cache_bytes: CACHE_BYTES,
            ..Options::default()
        };
        Self::with(&options).expect("memory does not fail")
    }

    pub(crate) fn with(options: &Options) -> Result<Self, StoreError> {
        Self::on(InMemoryBackend::new(), options)
    }

    /// With its pages in `backend`, which is empty.
    pub(crate) fn on(backend: impl StorageBackend, options: &Options) -> Result<Self, StoreError> {
        let health = Arc::default();
        let base = Base::open(Path::new("memory"), backend, options.cache_bytes, &health)?;
        base.write(Meta::default(), std::iter::empty())?;
        let parts = Parts {
            base,
            meta: Meta::default(),
            log: None,
            disk: Arc::default(),
            health,
            active: Arc::new(Layer::default()),
            recent: Recent::new(Timestamp::ZERO, options.recent_commits, options.recent_bytes),
            last: Timestamp::ZERO,
        };
        let running = Running::start(Engine::new(parts, options)?, None)?;
        Ok(Self { running })
    }

    /// The layer to which commits are added.
    #[cfg(test)]
    pub(crate) fn active(&self) -> std::sync::Weak<Layer> {
        self.running.engine.active()
    }

    /// Brings everything ordered into the engine, as a full overlay would.
    #[cfg(test)]
    pub(crate) fn checkpoint(&self) -> Result<(), StoreError> {
        self.running.engine.checkpoint()
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}
