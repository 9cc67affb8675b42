//! Reads of the engine's file while the store is open: one that fails is the last.

use std::path::Path;
use std::sync::Arc;

use super::super::error::StoreError;
use super::super::health::Health;

/// The engine's file, for those who read it.
#[derive(Clone)]
pub(super) struct Reads {
    file: Arc<Path>,
    health: Arc<Health>,
}

impl Reads {
    pub(super) fn of(file: &Arc<Path>, health: &Arc<Health>) -> Self {
        Self {
            file: Arc::clone(file),
            health: Arc::clone(health),
        }
    }

    /// Reads from the file. Where that fails the store does: redb reads nothing more after a failed read, and where one
    /// page is damaged others may be.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Path) -> Result<T, StoreError>) -> Result<T, StoreError> {
        read(&self.file).inspect_err(|error| {
            if is_of_file(error) && !self.health.is_closed() {
                self.health.fail(&format!("the state cannot be read: {error}"));
            }
        })
    }
}

/// Whether the file is the reason. It is not where redb was closed, nor where it gives up after a failure that somebody
/// else has met, and tells better.
fn is_of_file(error: &StoreError) -> bool {
    matches!(error, StoreError::Io { .. } | StoreError::DamagedState { .. })
}
