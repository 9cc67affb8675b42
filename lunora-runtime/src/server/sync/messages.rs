//! What a client says, and what is done about it.

use std::sync::Arc;

use lunora_core::{
    Object,
    error::{Error, RequestError},
    path::FunctionPath,
    protocol::{
        Authenticate, ClientMessage, Connect, ModifyQuerySet, QueryModification, Request,
        write_action_failure, write_mutation_failure,
    },
    reference::Kind,
};

use super::{
    connection::{Connection, Session},
    end::End,
    mutations::Waiting,
    queries::{Watching, parse_path},
    versions::Change,
};
use crate::{
    functions::{CallRequest, IdempotencyKey, RequestId},
    server::{admission::Share, answer::readable, idempotency::is_uuid},
    triggers::{Presence, Refusal},
};

impl Connection {
    /// Does what a message asks for. What is wrong with a request alone becomes its failure; what is wrong with the
    /// conversation ends the connection.
    pub(super) fn handle(&mut self, text: &str, share: Option<Share>) -> Result<(), End> {
        let message = ClientMessage::parse(text).map_err(|error| End::Fatal(error.to_string()))?;
        if self.session.is_none() && !matches!(message, ClientMessage::Connect(_)) {
            return Err(End::Fatal("the first message has to be Connect".to_owned()));
        }
        match message {
            ClientMessage::Connect(connect) => self.connect(connect),
            ClientMessage::ModifyQuerySet(change) => self.modify_query_set(change),
            ClientMessage::Mutation(request) => {
                self.mutate(request, self.room(text.len(), share));
                Ok(())
            }
            ClientMessage::Action(request) => {
                self.act(request, self.room(text.len(), share));
                Ok(())
            }
            ClientMessage::Authenticate(authenticate) => self.authenticate(authenticate),
            ClientMessage::Event => Ok(()),
        }
    }

    fn connect(&mut self, connect: Connect) -> Result<(), End> {
        if self.session.is_some() {
            return Err(End::Fatal("there can be one Connect only".to_owned()));
        }
        // Who could guess a session could ask for the answers to its requests.
        if !is_uuid(&connect.session_id) {
            return Err(End::Fatal("`sessionId` has to be a UUID".to_owned()));
        }
        let newest = self.shared.runtime.durable();
        if connect
            .max_observed_timestamp
            .is_some_and(|seen| seen.0 > newest.0)
        {
            return Err(End::Trouble("the client has seen more than this server has"));
        }
        self.announce(connect.session_id.clone())?;
        self.session = Some(Session {
            id: connect.session_id.into(),
            live: self.shared.runtime.connect(),
        });
        Ok(())
    }

    /// Tells the hooks for connections, if there are any, and waits for the gates among them.
    fn announce(&mut self, session_id: String) -> Result<(), End> {
        let Some(arrival) = self.arrival.take() else {
            return Ok(());
        };
        // Clients may come and go faster than the hooks run, and each leaves something to be done.
        let Some(place) = self.shared.announced.take(1) else {
            return Err(End::Overloaded(
                "the hooks for connections are behind (limit: connections)",
            ));
        };
        let runtime = self.shared.runtime.clone();
        self.arriving = Some(Box::pin(async move {
            let presence = Presence::begin(runtime, arrival, session_id, place).await;
            let presence = presence.map_err(Refusal::Failed)?;
            presence.admitted().await?;
            Ok(presence)
        }));
        Ok(())
    }

    fn modify_query_set(&mut self, message: ModifyQuerySet) -> Result<(), End> {
        let expected = self.versions.query_set();
        if message.base_version != expected || message.new_version <= message.base_version {
            let (base, new) = (message.base_version, message.new_version);
            let message =
                format!("the query set is at version {expected}, and cannot go from {base} to {new}");
            return Err(End::Fatal(message));
        }
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let mut change = Change::default();
        let mut watching = Watching {
            runtime: &self.shared.runtime,
            caller: self.authentication.caller(),
            identity: self.authentication.identity(),
            live: &mut session.live,
        };
        for modification in message.modifications {
            match modification {
                QueryModification::Add(query) => self.queries.add(query, &mut watching, &mut change)?,
                QueryModification::Remove { query_id } => {
                    self.queries.remove(query_id, watching.live, &mut change)?;
                }
            }
        }
        let live_version = session.live.version();
        self.versions
            .query_set_changed(message.new_version, live_version, change);
        Ok(())
    }

    /// The caller is another one: what they watch may come to something else.
    pub(super) fn caller_changed(&mut self) -> Result<(), End> {
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let mut watching = Watching {
            runtime: &self.shared.runtime,
            caller: self.authentication.caller(),
            identity: self.authentication.identity(),
            live: &mut session.live,
        };
        self.queries
            .watch_again(&mut watching)
            .map_err(|error| End::CredentialEnded(error.to_string()))
    }

    fn authenticate(&mut self, message: Authenticate) -> Result<(), End> {
        let expected = self.versions.identity();
        if message.base_version != expected {
            let base = message.base_version;
            return Err(End::Fatal(format!(
                "the identity is at version {expected}, and not at {base}"
            )));
        }
        self.authentication
            .begin(self.shared.runtime.clone(), message.token);
        Ok(())
    }

    /// Memory for a call that waits. Even small ones count: a connection has many of them.
    fn room(&self, bytes: usize, share: Option<Share>) -> Option<Share> {
        share.or_else(|| self.shared.buffers.take(bytes))
    }

    fn mutate(&mut self, request: Request, share: Option<Share>) {
        let id = RequestId::random();
        let request_id = request.request_id;
        self.unsettled.sent(request_id);
        let limit = self.limits().waiting_mutations;
        let request = match share {
            None => Err(Error::from(NoMemory)),
            Some(_) if self.mutations.len() >= limit => Err(Error::from(TooManyMutations(limit))),
            Some(share) => self.call(request, Kind::Mutation, id).map(|call| (call, share)),
        };
        match request {
            Ok((request, share)) => self.mutations.push(Waiting {
                request_id,
                caller: Arc::clone(self.authentication.caller()),
                request,
                share,
            }),
            Err(error) => {
                let text = readable(id, &error);
                self.say(|out| write_mutation_failure(request_id, &text, None, out));
                self.is_owed = true;
            }
        }
    }

    fn act(&mut self, request: Request, share: Option<Share>) {
        let id = RequestId::random();
        let request_id = request.request_id;
        self.unsettled.sent(request_id);
        match self.try_act(request, id, share) {
            Ok(()) => {}
            Err(error) => {
                let text = readable(id, &error);
                self.say(|out| write_action_failure(request_id, &text, None, out));
            }
        }
    }

    fn try_act(&mut self, request: Request, id: RequestId, share: Option<Share>) -> Result<(), Error> {
        let share = share.ok_or(NoMemory)?;
        let limit = self.limits().concurrent_actions;
        if self.actions.under_way() >= limit {
            return Err(Error::from(TooManyActions(limit)));
        }
        let place = self.shared.requests.take(1).ok_or(TooManyRequests)?;
        let request_id = request.request_id;
        let call = self.call(request, Kind::Action, id)?;
        let (runtime, caller) = (
            self.shared.runtime.clone(),
            Arc::clone(self.authentication.caller()),
        );
        self.actions
            .start(runtime, caller, request_id, call, (place, share));
        Ok(())
    }

    /// The call that a message asks for. Nothing here looks at the functions that there are.
    fn call(&self, request: Request, kind: Kind, request_id: RequestId) -> Result<CallRequest, Error> {
        let (path, args, number) = readable_request(request)?;
        let session = self.session.as_ref().filter(|_| kind == Kind::Mutation);
        Ok(CallRequest {
            path,
            kind: Some(kind),
            args,
            identity: None,
            idempotency_key: session.map(|session| IdempotencyKey::InSession {
                session: Arc::clone(&session.id),
                request: number,
            }),
            request_id,
            at: None,
        })
    }
}

fn readable_request(request: Request) -> Result<(FunctionPath, Object, u32), Error> {
    let path = parse_path(&request.path, request.component_path.as_deref())?;
    let args = request
        .args
        .map_err(|error| Error::request(RequestError::Arguments(error.to_string())))?;
    Ok((path, args, request.request_id))
}

#[derive(Debug, thiserror::Error)]
#[error("TooManyMutations: {0} mutations of this connection have no answer yet (limit: waiting_mutations)")]
struct TooManyMutations(usize);

#[derive(Debug, thiserror::Error)]
#[error("TooManyActions: {0} actions of this connection have not ended (limit: concurrent_actions)")]
struct TooManyActions(usize);

#[derive(Debug, thiserror::Error)]
#[error("Overloaded: too many requests wait at the moment (limit: buffered_bytes)")]
struct NoMemory;

#[derive(Debug, thiserror::Error)]
#[error("Overloaded: the server works on as many requests as it may (limit: concurrent_requests)")]
struct TooManyRequests;
