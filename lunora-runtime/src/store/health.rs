//! Whether the store still accepts work.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::error::StoreError;

/// Open, closed, or failed for good.
#[derive(Debug, Default)]
pub(crate) struct Health {
    failed: OnceLock<Arc<str>>,
    closed: AtomicBool,
}

impl Health {
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if let Some(reason) = self.failed.get() {
            return Err(StoreError::Failed(Arc::clone(reason)));
        }
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        Ok(())
    }

    /// Ends the store. The first reason is the one that is told.
    pub(crate) fn fail(&self, reason: &str) -> StoreError {
        let reason = self.failed.get_or_init(|| {
            tracing::error!(reason, "the store has failed");
            reason.into()
        });
        StoreError::Failed(Arc::clone(reason))
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}
