//! Mutations and actions that are under way.

use std::collections::BTreeMap;

use lunora_core::{
    protocol::{ActionResponse, ClientMessage, Mutated, MutationResponse, Request, Timestamp},
    reference::Kind,
    value::Object,
};
use tokio::sync::oneshot;

use crate::{
    error::{CallError, Failure},
    watch::Outcome,
};

#[derive(Debug)]
struct Pending {
    kind: Kind,
    path: &'static str,
    args: Object,
    /// On this connection.
    sent: bool,
    /// It is committed, and its call ends when its effects can be seen.
    committed: Option<Mutated>,
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
    next: u32,
}

impl Requests {
    pub(super) fn add(
        &mut self,
        kind: Kind,
        path: &'static str,
        args: Object,
        answer: oneshot::Sender<Outcome>,
    ) {
        let pending = Pending {
            kind,
            path,
            args,
            sent: false,
            committed: None,
            answer,
        };
        self.pending.insert(self.next, pending);
        self.next += 1;
    }

    /// Those that were not sent on this connection, in their order.
    pub(super) fn to_send(&mut self) -> Vec<ClientMessage> {
        let unsent = self.pending.iter_mut().filter(|(_, pending)| !pending.sent);
        unsent
            .map(|(request_id, pending)| {
                pending.sent = true;
                pending.message(*request_id)
            })
            .collect()
    }

    /// On a new connection mutations are sent again, except those whose outcome is known.
    pub(super) fn connect(&mut self) {
        for pending in self.pending.values_mut() {
            pending.sent = pending.committed.is_some();
        }
    }

    /// Nobody knows what became of the actions that were sent.
    pub(super) fn disconnect(&mut self) {
        let lost = self
            .pending
            .extract_if(.., |_, pending| pending.sent && pending.kind == Kind::Action);
        for (_, pending) in lost {
            let _ = pending.answer.send(Err(CallError::Lost.into()));
        }
    }

    pub(super) fn mutation(&mut self, response: MutationResponse) {
        match response.result {
            Ok(mutated) => {
                if let Some(pending) = self.pending.get_mut(&response.request_id) {
                    pending.committed = Some(mutated);
                }
            }
            Err(failure) => self.answer(response.request_id, Err(Failure::Function(failure))),
        }
    }

    pub(super) fn action(&mut self, response: ActionResponse) {
        self.answer(response.request_id, response.result.map_err(Failure::Function));
    }

    fn answer(&mut self, request_id: u32, outcome: Outcome) {
        if let Some(pending) = self.pending.remove(&request_id) {
            let _ = pending.answer.send(outcome);
        }
    }

    /// Ends the calls of mutations that were committed up to `ts`.
    pub(super) fn settle(&mut self, ts: Timestamp) {
        let seen = |_: &u32, pending: &mut Pending| {
            pending.committed.as_ref().is_some_and(|mutated| mutated.ts <= ts)
        };
        for (_, pending) in self.pending.extract_if(.., seen) {
            if let Some(mutated) = pending.committed {
                let _ = pending.answer.send(Ok(mutated.value));
            }
        }
    }

    /// Ends all calls. The outcome of those that are committed is known.
    pub(super) fn fail(&mut self, error: &CallError) {
        for (_, pending) in std::mem::take(&mut self.pending) {
            let outcome = pending.committed.map(|mutated| mutated.value);
            let _ = pending.answer.send(outcome.ok_or_else(|| error.clone().into()));
        }
    }
}
