//! The mutations of a connection: one after another, and answered in their order.

use std::{
    collections::VecDeque,
    sync::Arc,
    task::{Context, Waker},
};

use parking_lot::Mutex;

use super::super::{admission::Share, caller::Caller, dispatch};
use crate::{
    functions::{Answer, CallError, CallRequest, MutationWatcher, Runtime, Stalled},
    store::Timestamp,
};

/// The queue of one connection. Threads of the executor and of the store work on it as well.
pub(super) struct Mutations(Arc<Shared>);

struct Shared {
    runtime: Runtime,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    /// In their order; the first one is that with the number `first`.
    started: VecDeque<Started>,
    first: u64,
    /// One of them has been started and is not ordered.
    is_running: bool,
    /// How often one was about to be ordered, and how often that has ended.
    commits_begun: u64,
    commits_ended: u64,
    /// Somebody is starting one at this moment, and looks for the next afterwards.
    is_starting: bool,
    stalled: Option<Stalled>,
    is_closed: bool,
    waker: Option<Waker>,
}

/// A mutation that a client has sent.
pub(super) struct Waiting {
    pub(super) request_id: u32,
    pub(super) caller: Arc<Caller>,
    pub(super) request: CallRequest,
    /// Its part of the memory for messages.
    pub(super) share: Share,
}

struct Started {
    request_id: u32,
    caller: Arc<Caller>,
    request: crate::functions::RequestId,
    committed: Option<Timestamp>,
    result: Option<Result<Answer, CallError>>,
}

/// A mutation that has its answer.
pub(super) struct Ended {
    pub(super) request_id: u32,
    pub(super) caller: Arc<Caller>,
    pub(super) request: crate::functions::RequestId,
    pub(super) result: Result<Answer, CallError>,
}

impl Mutations {
    pub(super) fn new(runtime: Runtime) -> Self {
        Self(Arc::new(Shared {
            runtime,
            state: Mutex::default(),
        }))
    }

    /// How many have no answer that was taken.
    pub(super) fn len(&self) -> usize {
        let state = self.0.state.lock();
        state.waiting.len() + state.started.len()
    }

    /// The number of the oldest one that has no answer that was taken.
    pub(super) fn oldest(&self) -> Option<u32> {
        let state = self.0.state.lock();
        let started = state.started.front().map(|mutation| mutation.request_id);
        started.or_else(|| state.waiting.front().map(|mutation| mutation.request_id))
    }

    /// Gets in line.
    pub(super) fn push(&self, mutation: Waiting) {
        self.0.state.lock().waiting.push_back(mutation);
        self.0.start_next();
    }

    /// The next answer, if it is there. Without one, the task is woken when it is.
    pub(super) fn take(&self, cx: &Context<'_>) -> Option<Ended> {
        let mut state = self.0.state.lock();
        if state.started.front().is_none_or(|first| first.result.is_none()) {
            state.wake_later(cx);
            return None;
        }
        let Started {
            request_id,
            caller,
            request,
            result,
            ..
        } = state.started.pop_front()?;
        state.first += 1;
        Some(Ended {
            request_id,
            caller,
            request,
            result: result?,
        })
    }

    /// How many commits have begun. Those that begin later are not in what is on disk by now.
    pub(super) fn commits(&self) -> u64 {
        self.0.state.lock().commits_begun
    }

    /// Whether a transition at `ts`, which was there when so many `commits` had begun, may tell of a mutation that has
    /// not been answered. Then the task is woken when there is something new about it.
    pub(super) fn holds_back(&self, ts: Timestamp, commits: u64, cx: &Context<'_>) -> bool {
        let mut state = self.0.state.lock();
        let is_in_it = |mutation: &Started| mutation.committed.is_some_and(|committed| committed <= ts);
        let holds = state.commits_ended < commits || state.started.iter().any(is_in_it);
        if holds {
            state.wake_later(cx);
        }
        holds
    }

    /// Whether one waits for room in the executor.
    pub(super) fn is_stalled(&self) -> bool {
        self.0.state.lock().stalled.is_some()
    }

    /// Asks for room again.
    pub(super) fn retry(&self) {
        let stalled = self.0.state.lock().stalled.take();
        if let Some(Err(stalled)) = stalled.map(Stalled::retry) {
            self.0.stall(stalled);
        }
    }

    /// Starts none of those that wait.
    pub(super) fn close(&self) {
        let mut state = self.0.state.lock();
        state.is_closed = true;
        let dropped = (std::mem::take(&mut state.waiting), state.stalled.take());
        if dropped.1.is_some() {
            // Only the last one can be without room. It has not run: the client is to send it again, and not to hear
            // that it has failed.
            state.started.pop_back();
        }
        // One that is dropped reports here.
        drop(state);
        drop(dropped);
    }

    /// Whether none is under way and all answers were taken. Otherwise the task is woken when that may have changed.
    pub(super) fn is_settled(&self, cx: &Context<'_>) -> bool {
        let mut state = self.0.state.lock();
        state.wake_later(cx);
        state.started.is_empty()
    }
}

/// What nobody will hear the answers of is not started.
impl Drop for Mutations {
    fn drop(&mut self) {
        self.close();
    }
}

impl State {
    fn wake_later(&mut self, cx: &Context<'_>) {
        if self
            .waker
            .as_ref()
            .is_none_or(|known| !known.will_wake(cx.waker()))
        {
            self.waker = Some(cx.waker().clone());
        }
    }

    /// The next one to start, if one may.
    fn next(&mut self) -> Option<(u64, Waiting)> {
        if self.is_running || self.is_starting || self.stalled.is_some() || self.is_closed {
            return None;
        }
        let next = self.waiting.pop_front()?;
        let number = self.first + self.started.len() as u64;
        self.started.push_back(Started {
            request_id: next.request_id,
            caller: Arc::clone(&next.caller),
            request: next.request.request_id,
            committed: None,
            result: None,
        });
        (self.is_running, self.is_starting) = (true, true);
        Some((number, next))
    }

    fn started(&mut self, number: u64) -> Option<&mut Started> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.started.get_mut(place)
    }
}

impl Shared {
    /// Starts those that may. Not by calling itself: each could end at once and start the next.
    fn start_next(self: &Arc<Self>) {
        loop {
            let next = self.state.lock().next();
            let Some((number, next)) = next else { return };
            let watcher = Watcher {
                queue: Arc::clone(self),
                number,
                _share: next.share,
            };
            let stalled = dispatch::start(&self.runtime, &next.caller, next.request, watcher);
            self.state.lock().is_starting = false;
            if let Some(stalled) = stalled {
                self.stall(stalled);
            }
        }
    }

    /// One found no room. The task sees to it that it is tried again.
    fn stall(&self, stalled: Stalled) {
        let mut state = self.state.lock();
        let dropped = if state.is_closed {
            // As in `close`.
            state.started.pop_back();
            Some(stalled)
        } else {
            state.stalled = Some(stalled);
            None
        };
        let waker = state.waker.take();
        drop(state);
        drop(dropped);
        waker.into_iter().for_each(Waker::wake);
    }
}

/// Reports about one mutation.
struct Watcher {
    queue: Arc<Shared>,
    number: u64,
    _share: Share,
}

impl MutationWatcher for Watcher {
    fn committing(&mut self) {
        self.queue.state.lock().commits_begun += 1;
    }

    fn committed(&mut self, ts: Option<Timestamp>) {
        let mut state = self.queue.state.lock();
        state.commits_ended += 1;
        if let Some(started) = state.started(self.number) {
            started.committed = ts;
        }
        // Only a transition that is held back waits for this, and not for the answer.
        let waker = if ts.is_none() { state.waker.take() } else { None };
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }

    fn ordered(&mut self) {
        self.queue.state.lock().is_running = false;
        self.queue.start_next();
    }

    fn ended(self, result: Result<Answer, CallError>) {
        let mut state = self.queue.state.lock();
        if let Some(started) = state.started(self.number) {
            started.result = Some(result);
        }
        let is_next = self.number == state.first;
        let waker = if is_next { state.waker.take() } else { None };
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }
}
