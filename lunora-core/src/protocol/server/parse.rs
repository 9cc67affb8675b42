//! Reading what servers say, in one pass.

use serde::Deserialize;

use super::{
    ActionResponse, AuthError, Mutated, MutationResponse, QueryChange, ServerMessage, Transition,
    TransitionChunk,
};
use crate::{
    protocol::{
        call::CallFailure,
        fields::{Parsed, Text, present},
        malformed::MalformedMessage,
        version::{StateVersion, Timestamp},
    },
    value::Value,
};

type Result<T> = std::result::Result<T, MalformedMessage>;

pub(super) fn parse(text: &str) -> Result<ServerMessage> {
    serde_json::from_str::<Wire<'_>>(text)?.into_message()
}

/// The fields of all messages. Those that are not known are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,

    start_version: Option<StateVersion>,
    end_version: Option<StateVersion>,
    modifications: Option<Vec<WireChange<'a>>>,
    client_clock_skew: Option<i64>,
    server_ts: Option<u64>,

    request_id: Option<u32>,
    success: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    result: Option<Parsed>,
    #[serde(default, deserialize_with = "present")]
    error_data: Option<Parsed>,
    ts: Option<Timestamp>,
    #[serde(default)]
    log_lines: Vec<String>,

    error: Option<String>,
    base_version: Option<u32>,
    auth_update_attempted: Option<bool>,

    chunk: Option<String>,
    part_number: Option<u32>,
    total_parts: Option<u32>,
    transition_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireChange<'a> {
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
    query_id: u32,
    #[serde(default, deserialize_with = "present")]
    value: Option<Parsed>,
    error_message: Option<String>,
    #[serde(default, deserialize_with = "present")]
    error_data: Option<Parsed>,
    #[serde(default)]
    log_lines: Vec<String>,
    journal: Option<String>,
}

impl Wire<'_> {
    fn into_message(self) -> Result<ServerMessage> {
        let kind = self.kind.0.clone();
        match &*kind {
            "Transition" => self.into_transition().map(ServerMessage::Transition),
            "MutationResponse" => self.into_mutated().map(ServerMessage::MutationResponse),
            "ActionResponse" => self.into_acted().map(ServerMessage::ActionResponse),
            "AuthError" => Ok(ServerMessage::AuthError(AuthError {
                error: needed(self.error, &kind, "error")?,
                base_version: self.base_version,
                auth_update_attempted: self.auth_update_attempted,
            })),
            "FatalError" => Ok(ServerMessage::FatalError {
                error: needed(self.error, &kind, "error")?,
            }),
            "Ping" => Ok(ServerMessage::Ping),
            "TransitionChunk" => self.into_chunk().map(ServerMessage::TransitionChunk),
            other => Err(MalformedMessage::unknown(other)),
        }
    }

    fn into_transition(self) -> Result<Transition> {
        let kind = "Transition";
        let modifications = needed(self.modifications, kind, "modifications")?;
        Ok(Transition {
            start: needed(self.start_version, kind, "startVersion")?,
            end: needed(self.end_version, kind, "endVersion")?,
            modifications: modifications
                .into_iter()
                .map(WireChange::into_change)
                .collect::<Result<_>>()?,
            client_clock_skew: self.client_clock_skew,
            server_ts: self.server_ts,
        })
    }

    fn into_mutated(self) -> Result<MutationResponse> {
        let (kind, ts) = ("MutationResponse", self.ts);
        let (request_id, result, log_lines) = self.into_response(kind)?;
        let result = match result {
            Ok(value) => Ok(Mutated {
                value,
                ts: needed(ts, kind, "ts")?,
            }),
            Err(failure) => Err(failure),
        };
        Ok(MutationResponse {
            request_id,
            result,
            log_lines,
        })
    }

    fn into_acted(self) -> Result<ActionResponse> {
        let (request_id, result, log_lines) = self.into_response("ActionResponse")?;
        Ok(ActionResponse {
            request_id,
            result,
            log_lines,
        })
    }

    fn into_response(
        self,
        kind: &str,
    ) -> Result<(u32, std::result::Result<Value, CallFailure>, Vec<String>)> {
        let request_id = needed(self.request_id, kind, "requestId")?;
        let Parsed(result) = needed(self.result, kind, "result")?;
        let result = match (needed(self.success, kind, "success")?, result) {
            (true, value) => Ok(value),
            (false, Value::String(message)) => Err(CallFailure {
                message,
                data: self.error_data.map(|Parsed(data)| data),
            }),
            (false, _) => return Err(MalformedMessage::new("the `result` of a failure is its text")),
        };
        Ok((request_id, result, self.log_lines))
    }

    fn into_chunk(self) -> Result<TransitionChunk> {
        let kind = "TransitionChunk";
        Ok(TransitionChunk {
            chunk: needed(self.chunk, kind, "chunk")?,
            part_number: needed(self.part_number, kind, "partNumber")?,
            total_parts: needed(self.total_parts, kind, "totalParts")?,
            transition_id: needed(self.transition_id, kind, "transitionId")?,
        })
    }
}

impl WireChange<'_> {
    fn into_change(self) -> Result<QueryChange> {
        let Self {
            query_id,
            log_lines,
            journal,
            ..
        } = self;
        match &*self.kind.0 {
            "QueryUpdated" => Ok(QueryChange::Updated {
                query_id,
                value: needed(self.value, "QueryUpdated", "value")?.0,
                log_lines,
                journal,
            }),
            "QueryFailed" => Ok(QueryChange::Failed {
                query_id,
                failure: CallFailure {
                    message: needed(self.error_message, "QueryFailed", "errorMessage")?,
                    data: self.error_data.map(|Parsed(data)| data),
                },
                log_lines,
                journal,
            }),
            "QueryRemoved" => Ok(QueryChange::Removed { query_id }),
            other => Err(MalformedMessage::unknown(other)),
        }
    }
}

fn needed<T>(field: Option<T>, message: &str, name: &str) -> Result<T> {
    field.ok_or_else(|| MalformedMessage::missing(message, name))
}
