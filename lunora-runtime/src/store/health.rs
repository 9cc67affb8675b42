//! Whether the store still accepts work.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::error::StoreError;
use super::traits::OnFailure;
use crate::sync::Mutex;

/// Open, closed, or failed for good.
#[derive(Default)]
pub(crate) struct Health {
    failed: OnceLock<Arc<str>>,
    closed: AtomicBool,
    /// Who is told when it fails.
    watching: Mutex<Vec<OnFailure>>,
}

impl Health {
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        self.check_whole()?;
        if self.is_closed() {
            return Err(StoreError::Closed);
        }
        Ok(())
    }

    /// Also once it is closed, as long as it has not failed.
    pub(crate) fn check_whole(&self) -> Result<(), StoreError> {
        self.failure().map_or(Ok(()), Err)
    }

    /// Whether it takes no more work because somebody has ended it.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    fn failure(&self) -> Option<StoreError> {
        self.failed
            .get()
            .map(|reason| StoreError::Failed(Arc::clone(reason)))
    }

    /// Ends the store, and tells everybody who watches. The first reason is the one that is told.
    pub(crate) fn fail(&self, reason: &str) -> StoreError {
        let reason = self.failed.get_or_init(|| {
            tracing::error!(reason, "the store has failed");
            reason.into()
        });
        let error = StoreError::Failed(Arc::clone(reason));
        let watching = std::mem::take(&mut *self.watching.lock());
        for failed in watching {
            tell(failed, error.clone());
        }
        error
    }

    /// Calls `failed` once the store has failed.
    pub(crate) fn watch(&self, failed: OnFailure) {
        let mut watching = self.watching.lock();
        // Under the lock: whoever fails takes it after the reason is set, so nobody is added behind its back.
        let Some(error) = self.failure() else {
            return watching.push(failed);
        };
        drop(watching);
        tell(failed, error);
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}

/// The thread that fails has others to tell after this one.
fn tell(failed: OnFailure, error: StoreError) {
    if catch_unwind(AssertUnwindSafe(|| failed(error))).is_err() {
        tracing::error!("a callback for a failed store panicked");
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health")
            .field("failed", &self.failed)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}
