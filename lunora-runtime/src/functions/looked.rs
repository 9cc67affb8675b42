//! What a run looks at besides the database: it decides who may share its result.

use std::sync::atomic::{AtomicBool, Ordering};

/// Marks of one run, nested calls included. They are set and never taken back.
#[derive(Debug, Default)]
pub(super) struct Looked {
    identity: AtomicBool,
    moment: AtomicBool,
}

impl Looked {
    /// At who the call is made for.
    pub(super) fn at_identity(&self) {
        self.identity.store(true, Ordering::Relaxed);
    }

    /// At something that another run would find different: the time, or a random number.
    pub(super) fn at_moment(&self) {
        self.moment.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_seen_identity(&self) -> bool {
        self.identity.load(Ordering::Relaxed)
    }

    pub(super) fn has_seen_moment(&self) -> bool {
        self.moment.load(Ordering::Relaxed)
    }
}
