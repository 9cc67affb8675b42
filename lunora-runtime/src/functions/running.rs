//! Which calls are under way, so that a shutdown can wait for them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::Notify;

/// Counts the calls from outside that have not ended.
#[derive(Debug, Clone, Default)]
pub(super) struct Running(Arc<State>);

#[derive(Debug, Default)]
struct State {
    calls: AtomicUsize,
    closing: AtomicBool,
    ended: Notify,
}

/// One call under way.
#[derive(Debug)]
pub(super) struct Underway(Running);

impl Running {
    /// Counts a call, unless the server is shutting down.
    pub(super) fn enter(&self) -> Option<Underway> {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        let underway = Underway(self.clone());
        // After the count, so that `close` either sees this call or is seen by it.
        if self.0.closing.load(Ordering::SeqCst) {
            None
        } else {
            Some(underway)
        }
    }

    /// Lets no further call in and waits for those under way; false if some remain after `patience`.
    pub(super) async fn close(&self, patience: Duration) -> bool {
        self.0.closing.store(true, Ordering::SeqCst);
        let all_ended = async {
            loop {
                let ended = self.0.ended.notified();
                if self.0.calls.load(Ordering::SeqCst) == 0 {
                    return;
                }
                ended.await;
            }
        };
        tokio::time::timeout(patience, all_ended).await.is_ok()
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        if self.0.0.calls.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.0.ended.notify_waiters();
        }
    }
}
