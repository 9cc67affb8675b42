//! The lane: where a mutation that keeps losing gets its turn.
//!
//! # Fairness
//!
//! Transactions are optimistic, so one that reads a hot document can lose to shorter ones for ever. After two losses it
//! asks for the lane instead:
//!
//! 1. **The holder cannot lose to this process.** While a lease is live, every other commit of this process waits. A
//!    lease begins under the lock that orders commits, so what the holder reads from then on is the newest there is
//!    and stays so. Its commit fails only if a writer of another process came in between.
//! 2. **Every waiter becomes the holder.** Tickets are drawn in order and served in order. A lease ends when its guard
//!    is dropped, or after [`LEASE`], so that a handler that hangs holds the others up once and for that long only;
//!    afterwards its commit is an ordinary one.
//! 3. **Ordinary commits are not starved by a queue for the lane.** When a lease ends, the commits that wait at that
//!    moment pass before the next lease begins. They are finitely many and run no user code, so with *n* tickets ahead
//!    a waiter's turn comes after at most *n* leases and *n* such rounds, and an ordinary commit waits for one lease.
//!
//! A thread waits here without giving way to other tasks. That is sound because the holder has its thread already: a
//! mutation waits on nothing but its own context. Do not hold a lane while waiting for another thread.

use std::time::{Duration, Instant};

use lunora_core::error::Result;
use parking_lot::{Condvar, Mutex, MutexGuard};

use super::{
    instance::{Database, Freshness},
    transaction::{Transaction, TransactionOptions},
};

/// How long a lease lasts if its guard is not dropped before.
pub const LEASE: Duration = Duration::from_secs(1);

/// The right to commit while others wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lease {
    ticket: u64,
    ends: Instant,
}

/// The lock that orders commits, and who may pass it.
#[derive(Debug)]
pub(super) struct Lane {
    state: Mutex<State>,
    changed: Condvar,
    lease: Duration,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// The next ticket to be drawn.
    next: u64,
    /// The ticket whose turn it is.
    serving: u64,
    current: Option<Lease>,
    /// Commits that wait for the current lease to end.
    waiting: usize,
    /// Commits that pass before the next lease begins.
    owed: usize,
}

impl Lane {
    pub(super) fn new(lease: Duration) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            lease,
        }
    }

    /// The right to order a commit, once no other lease is live.
    pub(super) fn enter(&self, own: Option<Lease>) -> MutexGuard<'_, State> {
        let mut state = self.state.lock();
        if self.blocking(&mut state, own).is_none() {
            return state;
        }
        state.waiting += 1;
        while let Some(ends) = self.blocking(&mut state, own) {
            self.changed.wait_until(&mut state, ends);
        }
        state.waiting -= 1;
        state.owed = state.owed.saturating_sub(1);
        if state.owed == 0 && state.serving < state.next {
            self.changed.notify_all();
        }
        state
    }

    /// When the lease ends that keeps the holder of `own` out.
    fn blocking(&self, state: &mut State, own: Option<Lease>) -> Option<Instant> {
        let current = self.live(state)?;
        (Some(current) != own).then_some(current.ends)
    }

    /// The current lease; one that is over is taken away.
    fn live(&self, state: &mut State) -> Option<Lease> {
        let current = state.current?;
        if Instant::now() < current.ends {
            return Some(current);
        }
        self.end(state, current);
        None
    }

    fn end(&self, state: &mut State, lease: Lease) {
        if state.current != Some(lease) {
            return;
        }
        state.current = None;
        state.serving = lease.ticket + 1;
        state.owed = state.waiting;
        self.changed.notify_all();
    }

    /// Waits for the next lease, in the order of asking.
    fn acquire(&self) -> Lease {
        let mut state = self.state.lock();
        let ticket = state.next;
        state.next += 1;
        loop {
            match self.live(&mut state) {
                Some(current) => {
                    self.changed.wait_until(&mut state, current.ends);
                }
                None if state.serving == ticket && state.owed == 0 => break,
                None => self.changed.wait(&mut state),
            }
        }
        let lease = Lease {
            ticket,
            ends: Instant::now() + self.lease,
        };
        state.current = Some(lease);
        lease
    }

    fn release(&self, lease: Lease) {
        self.end(&mut self.state.lock(), lease);
    }
}

/// A lease of the lane. Other commits of this process wait until it is dropped, or until [`LEASE`] is over.
#[derive(Debug)]
#[must_use = "the lease ends when the guard is dropped"]
pub struct LaneGuard {
    database: Database,
    lease: Lease,
}

impl LaneGuard {
    pub(super) fn wait(database: Database) -> Self {
        let lease = database.committer().lane.acquire();
        Self { database, lease }
    }

    /// Begins the transaction that cannot lose to another writer of this process. Commit it with
    /// [`Database::commit`] while the guard lives.
    pub fn begin(&self, freshness: Freshness, options: TransactionOptions) -> Result<Transaction> {
        let mut transaction = self.database.begin(freshness, options)?;
        transaction.lease = Some(self.lease);
        Ok(transaction)
    }
}

impl Drop for LaneGuard {
    fn drop(&mut self) {
        self.database.committer().lane.release(self.lease);
    }
}
