//! The task that holds the connection: connects, speaks, waits, and connects again.

use std::time::Duration;

use lunora_core::{protocol::ServerMessage, reference::Kind, value::Object};
use tokio::{
    sync::{mpsc::UnboundedReceiver, oneshot},
    time::{Instant, sleep, sleep_until},
};

use crate::{
    auth::{Fetched, Fetcher, Fetching, refresh_after},
    backoff::Backoff,
    error::CallError,
    overtaken::Overtaken,
    session::{Event, Reader, Session},
    socket::{Frame, Socket},
    watch::Outcome,
};

/// What handles ask for.
#[derive(Debug)]
pub(crate) enum Command {
    Watch {
        query_id: u32,
        path: &'static str,
        args: Object,
        reader: Reader,
    },
    Unwatch(u32),
    Call {
        kind: Kind,
        path: &'static str,
        args: Object,
        answer: oneshot::Sender<Outcome>,
    },
    SetAuth(Fetcher),
    ClearAuth,
}

/// A server says something more often than this, a ping if nothing else.
const SILENCE: Duration = Duration::from_secs(30);
/// So many tokens are refused one after another before it is said that they are.
const REFUSALS: u32 = 3;

/// The task.
pub(crate) struct Worker {
    url: String,
    commands: UnboundedReceiver<Command>,
    session: Session,
    backoff: Backoff,
    auth: Auth,
    overtaken: Overtaken,
    /// Why nothing is tried any more.
    given_up: Option<CallError>,
}

/// Who the client calls for.
#[derive(Default)]
struct Auth {
    fetcher: Option<Fetcher>,
    /// A token that is on its way.
    fetching: Option<Fetching>,
    /// The token that was presented last has not been refused.
    fresh: bool,
    /// The next token must not come from a cache.
    force: bool,
    /// When the token is to be replaced.
    refresh_at: Option<Instant>,
    refusals: u32,
}

/// All handles are gone.
struct Abandoned;

impl Worker {
    pub(crate) fn new(url: String, commands: UnboundedReceiver<Command>) -> Self {
        Self {
            url,
            commands,
            session: Session::new(),
            backoff: Backoff::default(),
            auth: Auth::default(),
            overtaken: Overtaken::default(),
            given_up: None,
        }
    }

    pub(crate) async fn run(mut self) {
        while self.live().await.is_ok() {}
    }

    /// One connection from before its beginning to after its end.
    async fn live(&mut self) -> Result<(), Abandoned> {
        if self.given_up.is_some() {
            return self.obey().await;
        }
        let url = self.url.clone();
        let reason = match self.until(Box::pin(Socket::connect(&url))).await? {
            Ok(socket) => {
                self.auth.renew(&mut self.session);
                self.session.connect();
                self.converse(socket).await?
            }
            Err(reason) => reason,
        };
        self.session.disconnect(&reason);
        if self.given_up.is_some() {
            return Ok(());
        }
        let pause = self.backoff.next();
        self.until(sleep(pause)).await
    }

    /// Waits for `future` and does what is asked meanwhile.
    async fn until<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Abandoned> {
        let mut future = std::pin::pin!(future);
        loop {
            tokio::select! {
                output = &mut future => return Ok(output),
                command = self.commands.recv() => self.handle(command.ok_or(Abandoned)?),
            }
        }
    }

    async fn obey(&mut self) -> Result<(), Abandoned> {
        let command = self.commands.recv().await.ok_or(Abandoned)?;
        self.handle(command);
        Ok(())
    }

    /// Speaks until the connection ends, and says why it did.
    async fn converse(&mut self, mut socket: Socket) -> Result<String, Abandoned> {
        let mut heard = Instant::now();
        loop {
            for message in self.session.outgoing() {
                socket.send(message.to_json());
            }
            tokio::select! {
                command = self.commands.recv() => self.handle(command.ok_or(Abandoned)?),
                frame = socket.next() => {
                    heard = Instant::now();
                    if let Some(end) = self.take(frame) {
                        return Ok(end);
                    }
                }
                token = self.auth.next() => if let Err(error) = self.auth.take(token, &mut self.session) {
                    return Ok(error);
                },
                told = self.overtaken.next(), if self.session.undecided => match told {
                    Some((era, token)) => self.session.learn(era, token.as_deref()),
                    None => self.session.undecided = false,
                },
                () = sleep_until(heard + SILENCE) => return Ok("InactiveServer".to_owned()),
            }
        }
    }

    /// Takes in what the server says. Gives the reason if the connection is to end.
    fn take(&mut self, frame: Frame) -> Option<String> {
        let text = match frame {
            Frame::Text(text) => text,
            Frame::Other => return None,
            Frame::End(reason) => return Some(reason),
        };
        let message = match ServerMessage::parse(&text) {
            Ok(message) => message,
            Err(error) => return Some(error.to_string()),
        };
        match self.session.receive(message) {
            Ok(Event::None) => None,
            Ok(Event::Transition { accepted }) => {
                self.backoff.reset();
                if accepted {
                    self.auth.refusals = 0;
                }
                None
            }
            Ok(Event::Refused(error)) => {
                self.refused(&error);
                Some(error)
            }
            Ok(Event::Fatal(error)) => {
                self.give_up(CallError::Ended(error.clone()));
                Some(error)
            }
            Err(violation) => Some(violation.0.to_owned()),
        }
    }

    /// The next connection begins with a new token, unless there were several that were refused.
    fn refused(&mut self, error: &str) {
        self.auth.force = true;
        self.auth.fresh = false;
        self.auth.refusals += 1;
        if self.auth.refusals >= REFUSALS {
            self.give_up(CallError::Unauthenticated(error.to_owned()));
        }
    }

    fn give_up(&mut self, error: CallError) {
        self.session.fail(&error);
        self.given_up = Some(error);
        self.forget_overtaken();
    }

    fn handle(&mut self, command: Command) {
        match command {
            Command::Watch {
                query_id,
                path,
                args,
                reader,
            } => self.session.watch(query_id, path, args, reader),
            Command::Unwatch(query_id) => self.session.unwatch(query_id),
            Command::Call {
                kind,
                path,
                args,
                answer,
            } => self.session.request(kind, path, args, answer),
            Command::SetAuth(fetcher) => self.set_auth(Some(fetcher)),
            Command::ClearAuth => self.set_auth(None),
        }
        if let Some(error) = &self.given_up {
            self.session.fail(error);
        }
    }

    fn set_auth(&mut self, fetcher: Option<Fetcher>) {
        // Other tokens may be taken.
        if matches!(self.given_up, Some(CallError::Unauthenticated(_))) {
            self.given_up = None;
            self.backoff.reset();
        }
        let is_logout = fetcher.is_none();
        let next = Auth {
            fetcher,
            ..Auth::default()
        };
        let last = std::mem::replace(&mut self.auth, next);
        if is_logout {
            // It is not to wait for anything, and who was to be called for is not wanted any more, whoever it was.
            self.forget_overtaken();
        } else if let (Some(fetching), Some(era)) = (last.fetching, self.session.awaited()) {
            self.overtaken.add(era, fetching);
            self.session.undecided = true;
        }
        self.session.change_user();
        self.auth.begin(&mut self.session);
    }

    fn forget_overtaken(&mut self) {
        self.overtaken = Overtaken::default();
        self.session.undecided = false;
    }
}

/// Also when its runtime drops it, or a fetcher panics: those who watch are not to wait for ever.
impl Drop for Worker {
    fn drop(&mut self) {
        self.session.close();
    }
}

impl Auth {
    /// Has a token fetched, and nothing said until it is there; or takes back the one that was.
    fn begin(&mut self, session: &mut Session) {
        let force = std::mem::take(&mut self.force);
        self.fetching = self.fetcher.as_ref().map(|fetcher| fetcher.fetch(force));
        session.paused = self.fetching.is_some();
        if self.fetching.is_none() {
            session.set_token(None);
        }
    }

    /// Before a new connection speaks: the token has to be one that may be taken.
    fn renew(&mut self, session: &mut Session) {
        let is_due = self.refresh_at.is_some_and(|at| at <= Instant::now());
        if self.fresh && !is_due {
            return;
        }
        if self.fetching.is_some() {
            // It was to take the place of a token in good time, and that one was refused meanwhile.
            session.paused = true;
        } else {
            self.force |= is_due;
            self.begin(session);
        }
    }

    /// Waits for a token that is on its way, or until it is time to ask for one.
    async fn next(&mut self) -> Fetched {
        if self.fetching.is_none() {
            match (self.refresh_at, &self.fetcher) {
                (Some(at), Some(fetcher)) => {
                    sleep_until(at).await;
                    self.refresh_at = None;
                    self.fetching = Some(fetcher.fetch(true));
                }
                _ => std::future::pending().await,
            }
        }
        match &mut self.fetching {
            Some(fetching) => fetching.await,
            None => std::future::pending().await,
        }
    }

    /// Presents a token that has come. Without one nothing can be said, so the connection ends.
    fn take(&mut self, token: Fetched, session: &mut Session) -> Result<(), String> {
        self.fetching = None;
        let token = token.map_err(|error| {
            self.force = true;
            self.fresh = false;
            format!("no token could be fetched: {error}")
        })?;
        self.fresh = true;
        self.refresh_at = token
            .as_deref()
            .and_then(refresh_after)
            .map(|after| Instant::now() + after);
        session.set_token(token);
        Ok(())
    }
}
