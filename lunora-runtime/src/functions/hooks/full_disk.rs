//! Those who have something to write down that a full disk has refused.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use lunora_core::error::Error;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The waits between the attempts of one: from the first to the last of these, each twice as long as the one before.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LAST_WAIT: Duration = Duration::from_secs(8);

/// Lets one at a time try again, so that a full disk costs a process no more attempts for more clients.
#[derive(Debug)]
pub(crate) struct FullDisk {
    turn: Semaphore,
    is_full: AtomicBool,
}

/// A turn to try again.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    wait: Duration,
    _turn: SemaphorePermit<'a>,
}

impl Default for FullDisk {
    fn default() -> Self {
        Self {
            turn: Semaphore::new(1),
            is_full: AtomicBool::new(false),
        }
    }
}

impl FullDisk {
    /// The disk has refused something. The log hears of the first time.
    pub(crate) fn has_refused(&self, error: &Error) {
        if !self.is_full.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "what hooks are to be told of connections is written when there is room on the disk");
        }
    }

    /// Something could be written.
    pub(crate) fn has_room(&self) {
        if self.is_full.swap(false, Ordering::Relaxed) {
            tracing::info!("there is room on the disk again, and connections are written down");
        }
    }

    /// Resolves when nobody else tries.
    pub(crate) async fn turn(&self) -> Turn<'_> {
        let turn = self.turn.acquire().await.expect("the semaphore is never closed");
        let is_full = self.is_full.load(Ordering::Relaxed);
        Turn {
            wait: if is_full { FIRST_WAIT } else { Duration::ZERO },
            _turn: turn,
        }
    }
}

impl Turn<'_> {
    /// How long to wait before the next attempt.
    pub(crate) fn wait(&mut self) -> Duration {
        let wait = self.wait;
        self.wait = (2 * wait).clamp(FIRST_WAIT, LAST_WAIT);
        wait
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;

    fn turn(disk: &FullDisk) -> Option<Turn<'_>> {
        match pin!(disk.turn()).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => Some(turn),
            Poll::Pending => None,
        }
    }

    #[test]
    fn one_at_a_time_tries_and_ever_more_seldom() {
        let disk = FullDisk::default();
        disk.has_refused(&Error::internal("full"));
        let mut first = turn(&disk).unwrap();
        assert!(turn(&disk).is_none());
        let waits = [(); 6].map(|()| first.wait().as_secs());
        assert_eq!(waits, [1, 2, 4, 8, 8, 8]);
    }

    #[test]
    fn when_one_has_found_room_the_others_do_not_wait() {
        let disk = FullDisk::default();
        disk.has_refused(&Error::internal("full"));
        drop(turn(&disk));
        disk.has_room();
        assert_eq!(turn(&disk).unwrap().wait(), Duration::ZERO);
    }
}
