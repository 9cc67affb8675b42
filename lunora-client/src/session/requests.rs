//! Mutations and actions that are under way.

use std::collections::{BTreeMap, BTreeSet};

use lunora_core::{
    protocol::{ActionResponse, ClientMessage, MutationResponse, Request, Timestamp},
    reference::Kind,
    value::{Object, Value},
};
use tokio::sync::oneshot;

use super::user::User;
use crate::{
    error::{CallError, Failure},
    watch::Outcome,
};

/// A mutation is sent when its number is less than this above that of the oldest one without an answer: of the requests
/// of a session a server remembers the last 1,000, and as many it lets wait.
const WINDOW: u32 = 1_000;
/// Actions that a server runs for one connection at once.
const ACTIONS: usize = 100;

#[derive(Debug)]
struct Pending {
    kind: Kind,
    path: &'static str,
    args: Object,
    /// It is sent for no one else.
    user: User,
    sent: Sent,
    answer: oneshot::Sender<Outcome>,
}

/// Whether the server may have run it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    No,
    /// On this connection, behind what makes this version of the identity and had no verdict. Until it is accepted, nothing
    /// runs that comes after it.
    Behind(u32),
    Yes,
}

/// A mutation whose call ends when its effects can be seen.
#[derive(Debug)]
struct Committed {
    ts: Timestamp,
    value: Value,
    answer: oneshot::Sender<Outcome>,
}

impl Pending {
    fn message(&self, request_id: u32) -> ClientMessage {
        let request = Request::new(request_id, self.path, self.args.clone());
        match self.kind {
            Kind::Action => ClientMessage::Action(request),
            _ => ClientMessage::Mutation(request),
        }
    }
}

/// All requests, by their numbers, which are never used again.
#[derive(Debug, Default)]
pub(super) struct Requests {
    pending: BTreeMap<u32, Pending>,
    /// Those that were not sent on this connection.
    unsent: BTreeSet<u32>,
    /// Some of those may be of other users than the present one.
    may_have_others: bool,
    /// Mutations without an answer.
    mutations: BTreeSet<u32>,
    /// Actions that were sent and have no answer.
    actions: BTreeSet<u32>,
    committed: Vec<Committed>,
    next: u32,
}

impl Requests {
    pub(super) fn add(
        &mut self,
        kind: Kind,
        path: &'static str,
        args: Object,
        user: User,
        answer: oneshot::Sender<Outcome>,
    ) {
        let pending = Pending {
            kind,
            path,
            args,
            user,
            sent: Sent::No,
            answer,
        };
        self.pending.insert(self.next, pending);
        self.unsent.insert(self.next);
        if kind != Kind::Action {
            self.mutations.insert(self.next);
        }
        self.next += 1;
    }

    pub(super) fn has_any_of(&self, user: &User) -> bool {
        self.pending.values().any(|pending| pending.user == *user)
    }

    /// It is known by now for whom those are made that were made for the `awaited` one.
    pub(super) fn arrived(&mut self, awaited: &User, user: &User) {
        for pending in self
            .pending
            .values_mut()
            .filter(|pending| pending.user == *awaited)
        {
            pending.user = user.clone();
        }
        self.may_have_others = true;
    }

    /// Those of `user` that can be sent and were not on this connection, in their order. Those of others end. The server runs
    /// them when it has accepted the identity whose `verdict` it owes.
    pub(super) fn take_unsent(&mut self, user: &User, verdict: Option<u32>) -> Vec<ClientMessage> {
        if std::mem::take(&mut self.may_have_others) {
            self.end_unsent_of_others(user);
        }
        let end = self
            .mutations
            .first()
            .map_or(0, |oldest| oldest.saturating_add(WINDOW));
        let (mut messages, mut sent) = (Vec::new(), Vec::new());
        for request_id in &self.unsent {
            let Some(pending) = self.pending.get(request_id) else {
                continue;
            };
            match pending.kind {
                Kind::Action if self.actions.len() >= ACTIONS => continue,
                Kind::Action => {
                    self.actions.insert(*request_id);
                }
                _ if *request_id >= end => break,
                _ => {}
            }
            messages.push(pending.message(*request_id));
            sent.push(*request_id);
        }
        for request_id in sent {
            self.unsent.remove(&request_id);
            if let Some(pending) = self.pending.get_mut(&request_id)
                && pending.sent == Sent::No
            {
                pending.sent = verdict.map_or(Sent::Yes, Sent::Behind);
            }
        }
        messages
    }

    fn end_unsent_of_others(&mut self, user: &User) {
        let unsent = self
            .unsent
            .iter()
            .filter_map(|id| Some((*id, self.pending.get(id)?)));
        let others = unsent.filter(|(_, pending)| pending.user != *user);
        let ended: Vec<_> = others.map(|(id, pending)| (id, pending.sent)).collect();
        for (request_id, sent) in ended {
            // One that is still for whoever was awaited ends as well. The token that was to tell has been overtaken, and has
            // failed or takes too long, or there was a logout: for whom the call was made will not be known.
            let error = match sent {
                Sent::No => CallError::NotSent,
                Sent::Behind(_) | Sent::Yes => CallError::UserChanged,
            };
            self.answer(request_id, Err(error.into()));
        }
    }

    /// On a new connection all mutations without an answer are sent again.
    pub(super) fn connect(&mut self) {
        self.unsent.extend(&self.mutations);
        self.may_have_others = true;
    }

    /// Nobody knows what became of the actions that were sent.
    pub(super) fn disconnect(&mut self) {
        for request_id in std::mem::take(&mut self.actions) {
            self.answer(request_id, Err(CallError::Lost.into()));
        }
        for pending in self.pending.values_mut() {
            if matches!(pending.sent, Sent::Behind(_)) {
                pending.sent = Sent::Yes;
            }
        }
    }

    /// What makes this version of the identity is refused, so nothing has run that was sent behind it.
    pub(super) fn refused(&mut self, identity: u32) {
        for pending in self.pending.values_mut() {
            if pending.sent == Sent::Behind(identity) {
                pending.sent = Sent::No;
            }
        }
    }

    pub(super) fn mutation(&mut self, response: MutationResponse) {
        match response.result {
            Ok(mutated) => {
                if let Some(Pending { answer, .. }) = self.remove(response.request_id) {
                    self.committed.push(Committed {
                        ts: mutated.ts,
                        value: mutated.value,
                        answer,
                    });
                }
            }
            Err(failure) => self.answer(response.request_id, Err(Failure::Function(failure))),
        }
    }

    pub(super) fn action(&mut self, response: ActionResponse) {
        self.answer(response.request_id, response.result.map_err(Failure::Function));
    }

    fn remove(&mut self, request_id: u32) -> Option<Pending> {
        self.unsent.remove(&request_id);
        self.mutations.remove(&request_id);
        self.actions.remove(&request_id);
        self.pending.remove(&request_id)
    }

    fn answer(&mut self, request_id: u32, outcome: Outcome) {
        if let Some(pending) = self.remove(request_id) {
            let _ = pending.answer.send(outcome);
        }
    }

    /// Ends the calls of mutations that were committed up to `ts`.
    pub(super) fn settle(&mut self, ts: Timestamp) {
        for committed in self.committed.extract_if(.., |committed| committed.ts <= ts) {
            let _ = committed.answer.send(Ok(committed.value));
        }
    }

    /// Ends all calls. The outcome of those that are committed is known, and of those that were not sent.
    pub(super) fn fail(&mut self, error: &CallError) {
        self.settle(Timestamp(u64::MAX));
        for (_, pending) in std::mem::take(&mut self.pending) {
            let error = match pending.sent {
                Sent::No => error.clone(),
                Sent::Behind(_) | Sent::Yes => CallError::Unanswered(Box::new(error.clone())),
            };
            let _ = pending.answer.send(Err(error.into()));
        }
        self.unsent.clear();
        self.mutations.clear();
        self.actions.clear();
    }
}
