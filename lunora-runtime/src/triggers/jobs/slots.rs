//! How many jobs of a kind run at one time.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::functions::JobSlot;

/// How many jobs that hold their threads without end are set aside, of each kind, so that others run in their slots. (The
/// threads that the executor puts in the place of stuck ones are more than all kinds of jobs can hold.)
pub const SET_ASIDE: usize = 8;

/// The slots of a kind.
#[derive(Debug)]
pub(super) struct Slots {
    free: Arc<Semaphore>,
    aside: Arc<Semaphore>,
}

/// A slot that is taken, until this is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    permit: Mutex<OwnedSemaphorePermit>,
    aside: Arc<Semaphore>,
}

impl Slots {
    pub(super) fn new(at_once: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(at_once)),
            aside: Arc::new(Semaphore::new(SET_ASIDE)),
        }
    }

    /// The next slot that is free.
    pub(super) async fn take(&self) -> Slot {
        let permit = Arc::clone(&self.free).acquire_owned().await;
        Slot {
            permit: Mutex::new(permit.expect("the semaphore is never closed")),
            aside: Arc::clone(&self.aside),
        }
    }
}

impl JobSlot for Slot {
    /// The slot is free again, if not too many jobs stand aside already.
    fn set_aside(&self) {
        if let Ok(aside) = Arc::clone(&self.aside).try_acquire_owned() {
            *self.permit.lock() = aside;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;

    fn take(slots: &Slots) -> Option<Slot> {
        match pin!(slots.take()).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(slot) => Some(slot),
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_job_that_is_set_aside_makes_room_for_another_until_too_many_are() {
        let slots = Slots::new(1);
        let mut aside = Vec::new();
        for _ in 0..SET_ASIDE {
            let slot = take(&slots).unwrap();
            assert!(take(&slots).is_none());
            slot.set_aside();
            aside.push(slot);
        }
        let last = take(&slots).unwrap();
        last.set_aside();
        assert!(take(&slots).is_none(), "too many stand aside");
        drop(aside.pop());
        assert!(take(&slots).is_none(), "one that stood aside gives no slot back");
        drop(last);
        assert!(take(&slots).is_some());
    }
}
