//! What a client knows and wants, across connections. No I/O: messages go in and come out.
//!
//! The rules are those of the sync protocol: every connection begins with all versions at 0, transitions continue one
//! another, mutations that were not answered are sent again under their numbers.

mod queries;
mod requests;
mod user;

use lunora_core::{
    protocol::{
        AuthToken, Authenticate, ClientMessage, Connect, ModifyQuerySet, QueryModification, ServerMessage,
        StateVersion, Timestamp, Transition,
    },
    reference::Kind,
    value::Object,
};
use rand::Rng;
use tokio::sync::oneshot;

use self::{
    queries::Queries,
    requests::Requests,
    user::{CurrentUser, User},
};
pub(crate) use self::{queries::Reader, user::Era};
use crate::{error::CallError, watch::Outcome};

/// A client, whether it is connected or not.
#[derive(Debug)]
pub(crate) struct Session {
    /// One for the life of the client: with a request's number it says what is a repeat.
    id: String,
    connections: u32,
    last_close: Option<String>,
    observed: Timestamp,
    link: Option<Link>,
    queries: Queries,
    requests: Requests,
    token: Option<String>,
    user: CurrentUser,
    /// A token is on its way, and until then nothing is said.
    pub(crate) paused: bool,
    /// For whom some calls are made may still be told by tokens of earlier eras. Until then nothing is said either: a call
    /// must not overtake one that was made before.
    pub(crate) undecided: bool,
}

/// The connection as far as it has come.
#[derive(Debug)]
struct Link {
    greeting: Option<Connect>,
    /// The end of the last transition.
    version: StateVersion,
    query_set: u32,
    identity: u32,
    /// There is a token to present, or one to take back.
    authenticate: bool,
    /// The set of queries has to be said once, even if it is empty: the first transition answers it.
    announce: bool,
    changes: Vec<QueryModification>,
}

/// What a message means for the connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// Nothing.
    None,
    /// A transition: the server works. Whether all that was presented about who is calling has been accepted.
    Transition {
        /// It has.
        accepted: bool,
    },
    /// The token is refused, or has ended.
    Refused(String),
    /// There is no use in trying again.
    Fatal(String),
}

/// The server does not keep to the protocol; a new connection may help.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation(pub(crate) &'static str);

impl Session {
    pub(crate) fn new() -> Self {
        Self {
            id: uuid(),
            connections: 0,
            last_close: None,
            observed: Timestamp::ZERO,
            link: None,
            queries: Queries::default(),
            requests: Requests::default(),
            token: None,
            user: CurrentUser::default(),
            paused: false,
            undecided: false,
        }
    }

    /// Begins a connection: all that is wanted is to be said again.
    pub(crate) fn connect(&mut self) {
        let reason = self
            .last_close
            .take()
            .unwrap_or_else(|| "InitialConnect".to_owned());
        let observed = (self.observed > Timestamp::ZERO).then_some(self.observed);
        self.requests.connect();
        self.link = Some(Link {
            greeting: Some(Connect {
                session_id: self.id.clone(),
                connection_count: self.connections,
                last_close_reason: Some(reason),
                max_observed_timestamp: observed,
                client_ts: None,
            }),
            version: StateVersion::default(),
            query_set: 0,
            identity: 0,
            authenticate: self.token.is_some(),
            announce: true,
            changes: self.queries.all(),
        });
        self.connections += 1;
    }

    /// The connection has ended.
    pub(crate) fn disconnect(&mut self, reason: &str) {
        self.link = None;
        self.last_close = Some(reason.to_owned());
        self.requests.disconnect();
    }

    /// The tokens that come from now on may be of somebody else, without saying so.
    pub(crate) fn change_user(&mut self) {
        self.user.change();
    }

    /// The present era, if calls wait for its token to tell whom they are made for.
    pub(crate) fn awaited(&self) -> Option<Era> {
        let era = self.user.era();
        self.requests.has_any_of(&User::Awaited(era)).then_some(era)
    }

    /// Calls that waited for the token of an era are its user's, whoever is calling now.
    pub(crate) fn learn(&mut self, era: Era, token: Option<&str>) {
        self.requests.arrived(&User::Awaited(era), &User::of(token, era));
    }

    /// Who is calling from now on.
    pub(crate) fn set_token(&mut self, token: Option<String>) {
        self.paused = false;
        self.user.presents(token.as_deref());
        self.learn(self.user.era(), token.as_deref());
        if self.token == token {
            return;
        }
        self.token = token;
        if let Some(link) = &mut self.link {
            link.authenticate = true;
        }
    }

    pub(crate) fn watch(&mut self, query_id: u32, path: &'static str, args: Object, reader: Reader) {
        let query = self.queries.add(query_id, path, args, reader);
        if let Some(link) = &mut self.link {
            link.changes.push(QueryModification::Add(query));
        }
    }

    pub(crate) fn unwatch(&mut self, query_id: u32) {
        if !self.queries.remove(query_id) {
            return;
        }
        let Some(link) = &mut self.link else { return };
        let is_it = |change: &QueryModification| matches!(change, QueryModification::Add(query) if query.query_id == query_id);
        match link.changes.iter().position(is_it) {
            // The server has not heard of it.
            Some(at) => drop(link.changes.remove(at)),
            None => link.changes.push(QueryModification::Remove { query_id }),
        }
    }

    pub(crate) fn request(
        &mut self,
        kind: Kind,
        path: &'static str,
        args: Object,
        answer: oneshot::Sender<Outcome>,
    ) {
        let user = if self.paused {
            User::Awaited(self.user.era())
        } else {
            self.user.get().clone()
        };
        self.requests.add(kind, path, args, user, answer);
    }

    /// What is to be said now.
    pub(crate) fn outgoing(&mut self) -> Vec<ClientMessage> {
        let mut messages = Vec::new();
        let Some(link) = &mut self.link else {
            return messages;
        };
        // It says nothing about who is calling, and servers do not wait long for it.
        messages.extend(link.greeting.take().map(ClientMessage::Connect));
        if self.paused || self.undecided {
            return messages;
        }
        if std::mem::take(&mut link.authenticate) {
            let token = self.token.clone().map_or(AuthToken::None, AuthToken::User);
            let base_version = link.identity;
            link.identity += 1;
            messages.push(ClientMessage::Authenticate(Authenticate { base_version, token }));
        }
        if std::mem::take(&mut link.announce) || !link.changes.is_empty() {
            let base_version = link.query_set;
            link.query_set += 1;
            messages.push(ClientMessage::ModifyQuerySet(ModifyQuerySet {
                base_version,
                new_version: link.query_set,
                modifications: std::mem::take(&mut link.changes),
            }));
        }
        let verdict = (link.identity > link.version.identity).then_some(link.identity);
        messages.extend(self.requests.take_unsent(self.user.get(), verdict));
        messages
    }

    /// Takes in a message of the server's.
    pub(crate) fn receive(&mut self, message: ServerMessage) -> Result<Event, Violation> {
        match message {
            ServerMessage::Transition(transition) => return self.transition(transition),
            ServerMessage::MutationResponse(response) => {
                if let Ok(mutated) = &response.result {
                    self.observed = self.observed.max(mutated.ts);
                }
                self.requests.mutation(response);
                // A transition may have been faster.
                self.settle();
            }
            ServerMessage::ActionResponse(response) => self.requests.action(response),
            ServerMessage::AuthError(refusal) => {
                if refusal.auth_update_attempted == Some(true) {
                    self.refused();
                }
                return Ok(Event::Refused(refusal.error));
            }
            ServerMessage::FatalError { error } => return Ok(Event::Fatal(error)),
            ServerMessage::Ping => {}
            ServerMessage::TransitionChunk(_) => {
                return Err(Violation(
                    "it sends pieces of transitions, which it was not asked for",
                ));
            }
        }
        Ok(Event::None)
    }

    fn transition(&mut self, transition: Transition) -> Result<Event, Violation> {
        let link = self
            .link
            .as_mut()
            .ok_or(Violation("it speaks before it was greeted"))?;
        if transition.start != link.version {
            return Err(Violation("a transition does not continue the one before"));
        }
        link.version = transition.end;
        let accepted = transition.end.identity == link.identity && !link.authenticate;
        self.observed = self.observed.max(transition.end.ts);
        for change in transition.modifications {
            let answered = self.queries.change(change);
            if let Some(query_id) = answered {
                self.unwatch(query_id);
            }
        }
        self.settle();
        Ok(Event::Transition { accepted })
    }

    /// What was presented is refused. Where the server had one thing to judge, it is known which one.
    fn refused(&mut self) {
        let Some(link) = &self.link else { return };
        if link.identity == link.version.identity + 1 {
            self.requests.refused(link.identity);
        }
    }

    /// Ends the calls of mutations whose effects can be seen by now.
    fn settle(&mut self) {
        if let Some(link) = &self.link {
            self.requests.settle(link.version.ts);
        }
    }

    /// Ends everything that waits.
    pub(crate) fn fail(&mut self, error: &CallError) {
        self.queries.fail(error);
        self.requests.fail(error);
    }

    /// Nothing will come any more.
    pub(crate) fn close(&mut self) {
        self.fail(&CallError::Stopped);
        self.queries.close();
    }
}

/// A random UUID (version 4).
fn uuid() -> String {
    let random: u128 = (u128::from(rand::rng().next_u64()) << 64) | u128::from(rand::rng().next_u64());
    let hex = format!(
        "{:032x}",
        (random & !(0xf << 76 | 0x3 << 62)) | (0x4 << 76 | 0x2 << 62)
    );
    [0..8, 8..12, 12..16, 16..20, 20..32]
        .map(|range| &hex[range])
        .join("-")
}

#[cfg(test)]
mod tests;
