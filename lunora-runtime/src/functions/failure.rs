//! The one thing that ends a server from inside: a store that can no longer promise anything.

use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;

use crate::store::StoreError;

/// Remembers the first failure of the store, and wakes who waits for it.
#[derive(Debug, Clone, Default)]
pub(super) struct StoreFailure(Arc<State>);

#[derive(Debug, Default)]
struct State {
    error: OnceLock<StoreError>,
    known: Notify,
}

impl StoreFailure {
    pub(super) fn report(&self, error: &StoreError) {
        if self.0.error.set(error.clone()).is_ok() {
            tracing::error!(%error, "the store has failed");
        }
        self.0.known.notify_waiters();
    }

    /// Whether there was one.
    pub(super) fn is_known(&self) -> bool {
        self.0.error.get().is_some()
    }

    pub(super) async fn wait(&self) -> StoreError {
        loop {
            let known = self.0.known.notified();
            if let Some(error) = self.0.error.get() {
                return error.clone();
            }
            known.await;
        }
    }
}
