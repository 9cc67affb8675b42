//! The task of a connection: reads, does what it is asked for, and writes, until there is a reason to end.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use lunora_core::protocol::ServerMessage;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::{
    actions::Actions,
    authentication::{Authentication, UNCHECKED},
    end::{Close, End},
    limits::SocketLimits,
    mutations::Mutations,
    pulse::{Due, Pulse},
    queries::Queries,
    socket::{Incoming, Socket},
    unsettled::Unsettled,
    versions::Versions,
};
use crate::{
    functions::{BoxFuture, LiveQueries, Transition},
    server::{
        entry::Shared,
        lifecycle::{Phase, Watch},
        stream::Stream,
    },
    store::Timestamp,
    triggers::{Arrival, Presence, Refusal},
};

/// Messages that are read before what has come of the earlier ones is looked at.
const READ_AT_ONCE: usize = 64;
/// Rounds in a row, after which the other connections on the thread have their turn. A change of the caller takes a round
/// and concerns all that is watched.
const ROUNDS_AT_ONCE: usize = 4;
/// How long a connection that ends waits for answers to mutations that are under way.
const LAST_ANSWERS: Duration = Duration::from_millis(500);
/// How long a client may take to hear the last words.
const FAREWELL: Duration = Duration::from_secs(2);
/// An idle connection keeps no more memory for writing.
const KEPT_TEXT: usize = 4 << 10;

/// A connection.
pub(super) struct Connection {
    pub(super) shared: Arc<Shared>,
    pub(super) socket: Socket,
    pub(super) pulse: Pulse,
    pub(super) authentication: Authentication,
    /// Who hooks are told has connected, until they are.
    pub(super) arrival: Option<Arrival>,
    /// The hooks are asked whether the client is let in; nothing that comes after it is read meanwhile.
    pub(super) arriving: Option<BoxFuture<'static, Result<Presence, Refusal>>>,
    /// Known to hooks, until it is dropped.
    pub(super) presence: Option<Presence>,
    /// From `Connect` on.
    pub(super) session: Option<Session>,
    pub(super) queries: Queries,
    pub(super) versions: Versions,
    pub(super) mutations: Mutations,
    pub(super) unsettled: Unsettled,
    pub(super) actions: Actions,
    /// The newest commit that the client was told to have made: the next transition is not before it.
    pub(super) floor: Timestamp,
    /// A mutation was answered, and no transition has followed.
    pub(super) is_owed: bool,
    /// A transition that waits for an answer which has to be told before, and how many commits had begun when it came.
    pub(super) held_back: Option<(Transition, u64)>,
    /// The last transition is still in the outbox.
    pub(super) has_untaken_transition: bool,
    /// Where messages are put together.
    pub(super) text: Vec<u8>,
}

/// What a client is from its first message on.
pub(super) struct Session {
    pub(super) id: Arc<str>,
    pub(super) live: LiveQueries,
}

impl Connection {
    /// A connection that was just upgraded; `read` was sent along.
    pub(super) fn new(shared: &Arc<Shared>, stream: Stream, read: &[u8], arrival: Option<Arrival>) -> Self {
        let limits = shared.options.limits.socket;
        let (buffers, unread) = (shared.buffers.clone(), shared.unread.clone());
        Self {
            socket: Socket::new(stream, read, limits.frame_bytes, buffers, unread),
            pulse: Pulse::new(limits),
            authentication: Authentication::anonymous(),
            arrival,
            arriving: None,
            presence: None,
            session: None,
            queries: Queries::new(shared.subscribed.clone()),
            versions: Versions::default(),
            mutations: Mutations::new(shared.runtime.clone()),
            unsettled: Unsettled::default(),
            actions: Actions::new(),
            floor: Timestamp(0),
            is_owed: false,
            held_back: None,
            has_untaken_transition: false,
            text: Vec::new(),
            shared: Arc::clone(shared),
        }
    }

    pub(super) fn limits(&self) -> &SocketLimits {
        &self.shared.options.limits.socket
    }

    /// Serves the client to the end. `phase` tells when that of the server comes.
    pub(super) async fn serve(mut self, mut phase: Watch) {
        let end = {
            let mut draining = std::pin::pin!(phase.entered(Phase::Draining));
            poll_fn(|cx| self.poll(draining.as_mut(), cx)).await
        };
        tracing::debug!(?end, "a socket ends");
        let presence = self.presence.take();
        let gone = async {
            if let Some(presence) = presence {
                presence.leave().await;
            }
        };
        tokio::join!(self.end(end), gone);
        // Held until here, so that the server waits for the last words.
        drop(phase);
    }

    /// Ends what has not begun: nobody knows at the moment who the client is.
    pub(super) async fn turn_away(self, phase: Watch) {
        self.end(End::Trouble(UNCHECKED)).await;
        drop(phase);
    }

    /// One round after the other, until nothing comes of one, or others are to have their turn.
    fn poll(&mut self, mut draining: Pin<&mut impl Future<Output = ()>>, cx: &mut Context<'_>) -> Poll<End> {
        if draining.as_mut().poll(cx).is_ready() {
            return Poll::Ready(End::ShuttingDown);
        }
        for _ in 0..ROUNDS_AT_ONCE {
            match self.round(cx) {
                Ok(true) => {}
                Ok(false) => return Poll::Pending,
                Err(end) => return Poll::Ready(end),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Does what can be done at the moment. True if that may have made more possible.
    fn round(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        self.authentication.check(cx)?;
        let mut has_moved = self.identify(cx)?;
        has_moved |= self.arrive(cx)?;
        has_moved |= self.read(cx)?;
        has_moved |= self.answer(cx)?;
        has_moved |= self.transit(cx)?;
        has_moved |= self.flush(cx)?;
        has_moved |= self.keep_alive(cx)?;
        Ok(has_moved)
    }

    fn identify(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        match self.authentication.poll_verdict(cx) {
            Poll::Pending => Ok(false),
            Poll::Ready(verdict) => {
                let is_another = verdict?;
                if let Some(presence) = &self.presence {
                    presence.identify(self.authentication.identity().cloned());
                }
                if is_another {
                    self.caller_changed()?;
                }
                let live_version = self.session.as_ref().map_or(0, |session| session.live.version());
                self.versions.identity_changed(live_version);
                Ok(true)
            }
        }
    }

    fn arrive(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        let Some(arriving) = &mut self.arriving else {
            return Ok(false);
        };
        let Poll::Ready(arrived) = arriving.as_mut().poll(cx) else {
            return Ok(false);
        };
        self.arriving = None;
        match arrived {
            Ok(presence) => self.presence = Some(presence),
            Err(refusal @ Refusal::Refused(_)) => return Err(End::Fatal(refusal.to_string())),
            // Nobody could have been refused, so nobody is.
            Err(Refusal::Failed(error)) if self.shared.runtime.hooks().gates == 0 => {
                tracing::error!(%error, "hooks are not told of a connection");
            }
            Err(Refusal::Failed(error)) => {
                tracing::error!(%error, "a connection could not be announced");
                return Err(End::Trouble("the connection could not be announced"));
            }
        }
        Ok(true)
    }

    fn read(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        let mut has_read = false;
        for _ in 0..READ_AT_ONCE {
            if !self.may_read() {
                break;
            }
            let Poll::Ready(incoming) = self.socket.poll_read(cx) else {
                break;
            };
            let incoming = incoming?;
            has_read = true;
            self.pulse.hear();
            if let Incoming::Text(text, share) = incoming {
                self.handle(&text, share)?;
            }
        }
        Ok(has_read)
    }

    /// Whether it is known who is calling, the client takes what it is told, and its next request is not one too many.
    fn may_read(&mut self) -> bool {
        !self.authentication.is_open()
            && self.arriving.is_none()
            && !self.socket.outbox.is_full()
            && !self.versions.is_full()
            && !self.unsettled.is_full(|| self.mutations.oldest())
    }

    fn flush(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        if self.socket.outbox.is_over() {
            return Err(End::Overloaded("too much waits to be read (limit: unread_bytes)"));
        }
        if self.socket.outbox.is_empty() {
            return Ok(false);
        }
        match self.socket.poll_flush(cx) {
            Poll::Pending => Ok(false),
            Poll::Ready(Err(_)) => Err(End::Gone),
            Poll::Ready(Ok(())) => {
                self.has_untaken_transition = false;
                Ok(true)
            }
        }
    }

    fn keep_alive(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        if self.mutations.is_stalled() {
            self.pulse.look_soon();
        }
        let begun = self.socket.begun();
        let Poll::Ready(due) = self.pulse.poll(self.session.is_some(), begun, cx) else {
            return Ok(false);
        };
        self.mutations.retry();
        match due {
            Due::Nothing => {}
            Due::Ping => self.say(|out| ServerMessage::Ping.write(out)),
            Due::Ask => self.socket.ping(),
            Due::Silent => return Err(End::Silent),
            Due::NoConnect => return Err(End::NoConnect),
            Due::Unfinished => return Err(End::Unfinished),
        }
        Ok(true)
    }

    /// Puts a message into the outbox.
    pub(super) fn say(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut text = std::mem::take(&mut self.text);
        write(&mut text);
        self.socket.send(&text);
        self.keep(text);
        self.pulse.speak();
    }

    /// Keeps the memory of a message for the next one.
    pub(super) fn keep(&mut self, mut text: Vec<u8>) {
        text.clear();
        text.shrink_to(KEPT_TEXT);
        self.text = text;
    }

    /// Tells the client how it ends.
    async fn end(mut self, end: End) {
        self.mutations.close();
        if !end.is_heard() {
            return;
        }
        if end.waits_for_commits() {
            let last_answers = poll_fn(|cx| self.poll_last_answers(&end, cx));
            let _ = timeout(LAST_ANSWERS, last_answers).await;
        }
        if let Some(words) = end.last_words(&self.versions) {
            self.say(|out| words.write(out));
        }
        match end.close() {
            Close::Silently => {}
            Close::Bare => self.socket.close(None),
            Close::With(frame) => self.socket.close(Some(frame)),
        }
        let _ = timeout(FAREWELL, self.leave()).await;
    }

    /// Mutations that are under way by now are answered, if that does not take long. Who may still hear of results hears
    /// of those as well: clients in Rust take an answer without them for a lost one, and send the mutation again.
    fn poll_last_answers(&mut self, end: &End, cx: &mut Context<'_>) -> Poll<()> {
        let mut tells = end.waits_for_results();
        loop {
            let has_answered = self.answer(cx).unwrap_or(false);
            let told = if tells { self.transit(cx) } else { Ok(false) };
            tells &= told.is_ok();
            match self.flush(cx) {
                Err(_) => return Poll::Ready(()),
                Ok(has_flushed) if has_flushed || has_answered || told == Ok(true) => {}
                Ok(_) => break,
            }
        }
        if self.mutations.is_settled(cx) && !(tells && self.is_owed) {
            return Poll::Ready(());
        }
        Poll::Pending
    }

    /// Writes what is left and waits until the client has gone: to close with something unread would take the last
    /// words away from it.
    async fn leave(mut self) {
        if poll_fn(|cx| self.socket.poll_flush(cx)).await.is_err() {
            return;
        }
        let mut stream = self.socket.into_stream();
        let mut unread = [0; 1024];
        if stream.shutdown().await.is_ok() {
            while stream.read(&mut unread).await.is_ok_and(|read| read > 0) {}
        }
    }
}
