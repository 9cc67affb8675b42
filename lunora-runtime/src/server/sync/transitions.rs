//! What a client is told of its own accord: answers, and the transitions after them.

use std::task::{Context, Poll};

use lunora_core::{
    Value,
    error::Error,
    json::Format,
    protocol::{
        self, TransitionWriter, write_action_failure, write_action_success, write_mutation_failure,
        write_mutation_success,
    },
};

use super::{actions, connection::Connection, end::End, mutations, versions::Change};
use crate::{
    functions::{Answer, CallError, RequestId, Transition, Update},
    server::{
        answer::{Refusal, View, message, readable},
        caller::Caller,
    },
    store::Timestamp,
};

impl Connection {
    /// Tells what has come of mutations and actions. True if something was told.
    pub(super) fn answer(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        let mut has_told = false;
        while let Some(ended) = self.mutations.take(cx) {
            self.answer_mutation(ended)?;
            has_told = true;
        }
        while let Poll::Ready(ended) = self.actions.poll_ended(cx) {
            self.answer_action(ended);
            has_told = true;
        }
        Ok(has_told)
    }

    fn answer_mutation(&mut self, ended: mutations::Ended) -> Result<(), End> {
        let id = ended.request_id;
        match ended.result {
            Ok(Answer { value, ts }) => {
                self.floor = self.floor.max(ts);
                self.unsettled.answered(id, ts);
                let ts = protocol::Timestamp(ts.0);
                self.say(|out| write_mutation_success(id, &value, ts, out));
            }
            // It has not run. The client sends it again, to the next server.
            Err(CallError::ShuttingDown) => return Err(End::ShuttingDown),
            // It may have been committed. The next server knows, and the client will ask it.
            Err(_) if self.shared.runtime.has_failed() => return Err(End::Trouble("the store has failed")),
            Err(error) => {
                let (text, data) = self.failure(&error, ended.request, &ended.caller);
                self.say(|out| write_mutation_failure(id, &text, data, out));
            }
        }
        self.is_owed = true;
        Ok(())
    }

    fn answer_action(&mut self, ended: actions::Ended) {
        let id = ended.request_id;
        match ended.result {
            Ok(Answer { value, .. }) => self.say(|out| write_action_success(id, &value, out)),
            Err(error) => {
                let (text, data) = self.failure(&error, ended.request, &ended.caller);
                self.say(|out| write_action_failure(id, &text, data, out));
            }
        }
    }

    /// A failure as this caller may see it.
    fn failure<'e>(
        &self,
        error: &'e CallError,
        id: RequestId,
        caller: &Caller,
    ) -> (String, Option<&'e Value>) {
        match error {
            CallError::Function(error) => (message(error, &self.view(id, caller)), error.app_data()),
            other => (readable(id, &Error::internal(other.to_string())), None),
        }
    }

    fn view(&self, request_id: RequestId, caller: &Caller) -> View {
        View {
            request_id,
            format: Format::Encoded,
            in_full: caller.is_admin() || self.shared.options.dev,
            refusal: Refusal::PublicFunction,
        }
    }

    /// Tells the next transition, if there is one and the client has taken the last. True if one was told.
    pub(super) fn transit(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        if self.has_untaken_transition {
            return Ok(false);
        }
        let next = match self.held_back.take() {
            Some(held) => Some(held),
            None => self
                .next_transition(cx)?
                .map(|next| (next, self.mutations.commits())),
        };
        let Some((transition, commits)) = next else {
            return Ok(false);
        };
        // Answers first.
        let told_until = self.floor.max(self.versions.ts());
        if transition.ts > told_until && self.mutations.holds_back(transition.ts, commits, cx) {
            let has_told = self.answer(cx)?;
            if self.mutations.holds_back(transition.ts, commits, cx) {
                self.held_back = Some((transition, commits));
                return Ok(has_told);
            }
        }
        self.authentication.check_now()?;
        self.tell(transition);
        Ok(true)
    }

    fn next_transition(&mut self, cx: &mut Context<'_>) -> Result<Option<Transition>, End> {
        let at_least = self.floor.max(self.versions.ts());
        let is_live = self.is_live();
        let Some(session) = &mut self.session else {
            return Ok(None);
        };
        if is_live && let Poll::Ready(next) = session.live.poll_next(at_least, cx) {
            return next.map(Some).ok_or(End::ShuttingDown);
        }
        Ok(self.empty_transition(is_live))
    }

    /// Whether the live queries have something to say about time.
    fn is_live(&self) -> bool {
        self.queries.watched() > 0 || self.versions.awaits_live()
    }

    /// A transition without results, where the client is owed one and no result can be another.
    fn empty_transition(&self, is_live: bool) -> Option<Transition> {
        if !self.is_owed && !self.versions.has_covered_changes() {
            return None;
        }
        let sent = self.versions.ts();
        let is_first = self.floor.max(sent) == Timestamp::ZERO;
        let ts = if is_first && !is_live {
            self.shared.runtime.durable()
        } else if !is_live {
            self.floor.max(sent)
        } else if self.floor <= sent {
            sent
        } else {
            return None;
        };
        Some(Transition::empty(ts, self.versions.covered()))
    }

    fn tell(&mut self, transition: Transition) {
        let (start, told) = self.versions.advance(transition.ts, transition.covers);
        let mut text = std::mem::take(&mut self.text);
        let mut writer = TransitionWriter::begin(start, self.versions.sent(), &mut text);
        self.write_changes(told, transition.updates, &mut writer);
        writer.end();
        self.socket.send(&text);
        self.keep(text);
        self.pulse.speak();
        self.unsettled.told(self.versions.ts());
        self.is_owed &= self.versions.ts() < self.floor;
        self.has_untaken_transition = true;
    }

    fn write_changes(&mut self, told: Change, updates: Vec<Update>, writer: &mut TransitionWriter<'_>) {
        for number in told.removed {
            writer.removed(number);
        }
        for (number, text) in told.failed {
            writer.failed(number, &text, None, None);
        }
        let caller = std::sync::Arc::clone(self.authentication.caller());
        for Update { query, outcome, .. } in updates {
            match outcome.result() {
                Ok(value) => {
                    self.queries.remember(query, outcome.journal());
                    writer.updated(query, value.json(), outcome.journal());
                }
                Err(error) => {
                    let text = message(error, &self.view(outcome.id(), &caller));
                    // A page that cannot be had for now still ends where it did.
                    let journal = outcome.journal().or_else(|| self.queries.journal(query));
                    writer.failed(query, &text, error.app_data(), journal);
                }
            }
        }
    }
}
