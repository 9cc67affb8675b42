//! Signs of life, in both directions.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use super::limits::SocketLimits;

/// How soon a mutation is started again for which the executor had no room.
const NO_ROOM_WAIT: Duration = Duration::from_millis(20);

/// When what is due on a connection.
pub(super) struct Pulse {
    timer: Pin<Box<Sleep>>,
    limits: SocketLimits,
    began: Instant,
    /// When something was sent to the client last.
    spoke: Instant,
    /// When something came from it last.
    heard: Instant,
    /// When it was asked last.
    asked: Instant,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing but to look again whether something is.
    Nothing,
    /// To say that the server is there.
    Ping,
    /// To ask the client for a sign of life.
    Ask,
    /// The client has been silent for too long.
    Silent,
    /// The client should have said by now who it is.
    NoConnect,
    /// The rest of a message should have come by now.
    Unfinished,
}

impl Pulse {
    pub(super) fn new(limits: SocketLimits) -> Self {
        let now = Instant::now();
        let soonest = limits.connect_timeout.min(limits.ping_interval);
        let first = now + soonest.min(limits.silence_timeout / 4);
        Self {
            timer: Box::pin(sleep_until(first)),
            limits,
            began: now,
            spoke: now,
            heard: now,
            asked: now,
        }
    }

    /// Something goes to the client.
    pub(super) fn speak(&mut self) {
        self.spoke = Instant::now();
    }

    /// Something came from the client.
    pub(super) fn hear(&mut self) {
        self.heard = Instant::now();
    }

    /// Looks again soon.
    pub(super) fn look_soon(&mut self) {
        self.look_by(Instant::now() + NO_ROOM_WAIT);
    }

    fn look_by(&mut self, time: Instant) {
        if self.timer.deadline() > time {
            self.timer.as_mut().reset(time);
        }
    }

    /// What is due; the task is woken when something is. A message of the client that is not complete has `begun`.
    pub(super) fn poll(
        &mut self,
        is_connected: bool,
        begun: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<Due> {
        let complete_by = begun.map(|begun| begun + self.limits.message_timeout);
        if let Some(end) = complete_by {
            self.look_by(end);
        }
        if self.timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        let now = Instant::now();
        if complete_by.is_some_and(|end| now >= end) {
            return Poll::Ready(Due::Unfinished);
        }
        let (due, next) = self.due(is_connected, now);
        // Never in the past, or the task would not rest.
        self.timer
            .as_mut()
            .reset(next.max(now + Duration::from_millis(1)));
        Poll::Ready(due)
    }

    /// What is due, and when to look again.
    fn due(&mut self, is_connected: bool, now: Instant) -> (Due, Instant) {
        let connect_by = self.began + self.limits.connect_timeout;
        if !is_connected && now >= connect_by {
            return (Due::NoConnect, now);
        }
        if now >= self.heard + self.limits.silence_timeout {
            return (Due::Silent, now);
        }
        let due = if now >= self.spoke + self.limits.ping_interval {
            self.spoke = now;
            Due::Ping
        } else if now >= self.ask_at() {
            self.asked = now;
            Due::Ask
        } else {
            Due::Nothing
        };
        let mut next = (self.spoke + self.limits.ping_interval).min(self.ask_at());
        if !is_connected {
            next = next.min(connect_by);
        }
        (due, next)
    }

    fn ask_at(&self) -> Instant {
        self.heard.max(self.asked) + self.limits.silence_timeout / 4
    }
}
