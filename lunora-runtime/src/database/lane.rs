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
//!    is dropped, or after [`LEASE`] (or the time that its function may work, if that is longer), so that a handler that hangs holds the others up once and for that long only;
//!    afterwards its commit is an ordinary one.
//! 3. **Ordinary commits are not starved by a queue for the lane.** When a lease ends, the commits that wait at that
//!    moment pass before the next lease begins. They are finitely many and run no user code, so with *n* tickets ahead
//!    a waiter's turn comes after at most *n* leases and *n* such rounds, and an ordinary commit waits for one lease.
//!
//! A thread waits here without giving way to other tasks. That is sound because the holder has its thread already: a
//! mutation waits on nothing but its own context. Do not hold a lane while waiting for another thread.

use std::{collections::VecDeque, marker::PhantomData, time::Duration};

use super::instance::Database;
use crate::sync::{
    Condvar, Instant, Mutex, MutexGuard,
    thread::{self, ThreadId},
};

/// How long a lease lasts if its guard is not dropped before.
pub const LEASE: Duration = Duration::from_secs(1);

/// The right to commit while others wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lease {
    ticket: u64,
    ends: Instant,
    holder: ThreadId,
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
    /// The tickets that wait for their turn, in the order they were drawn.
    queue: VecDeque<u64>,
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
    pub(super) fn enter(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock();
        if self.blocking(&mut state).is_none() {
            return state;
        }
        state.waiting += 1;
        while let Some(ends) = self.blocking(&mut state) {
            self.changed.wait_until(&mut state, ends);
        }
        state.waiting -= 1;
        state.owed = state.owed.saturating_sub(1);
        if state.owed == 0 && !state.queue.is_empty() {
            self.changed.notify_all();
        }
        state
    }

    /// When the lease ends that keeps this thread out.
    fn blocking(&self, state: &mut State) -> Option<Instant> {
        let current = self.live(state)?;
        (current.holder != thread::current().id()).then_some(current.ends)
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
        state.owed = state.waiting;
        self.changed.notify_all();
    }

    /// Waits for the next lease, in the order of asking, until `deadline`. It lasts for `work` at least.
    fn acquire(&self, work: Duration, deadline: Instant) -> Option<Lease> {
        let mut state = self.state.lock();
        let ticket = state.next;
        state.next += 1;
        state.queue.push_back(ticket);
        while !self.is_turn(&mut state, ticket) {
            let until = state
                .current
                .map_or(deadline, |current| current.ends.min(deadline));
            let waited = self.changed.wait_until(&mut state, until);
            if waited.timed_out() && Instant::now() >= deadline {
                state.queue.retain(|other| *other != ticket);
                self.changed.notify_all();
                return None;
            }
        }
        state.queue.pop_front();
        let ends = Instant::now() + self.lease.max(work);
        let lease = Lease {
            ticket,
            ends,
            holder: thread::current().id(),
        };
        state.current = Some(lease);
        Some(lease)
    }

    fn is_turn(&self, state: &mut State, ticket: u64) -> bool {
        self.live(state).is_none() && state.queue.front() == Some(&ticket) && state.owed == 0
    }

    fn release(&self, lease: Lease) {
        self.end(&mut self.state.lock(), lease);
    }
}

/// A lease of the lane. Other commits of this process wait until it is dropped, or until [`LEASE`] is over.
///
/// It belongs to the thread that asked for it: begin the transaction after that, and commit it on the same thread.
#[derive(Debug)]
#[must_use = "the lease ends when the guard is dropped"]
pub struct LaneGuard {
    database: Database,
    lease: Lease,
    /// A guard that moved to another thread would not let that one pass.
    stays_on_its_thread: PhantomData<*const ()>,
}

impl LaneGuard {
    pub(super) fn wait(database: Database, work: Duration, deadline: Instant) -> Option<Self> {
        let lease = database.committer().lane.acquire(work, deadline)?;
        Some(Self {
            database,
            lease,
            stays_on_its_thread: PhantomData,
        })
    }
}

impl Drop for LaneGuard {
    fn drop(&mut self) {
        self.database.committer().lane.release(self.lease);
    }
}
