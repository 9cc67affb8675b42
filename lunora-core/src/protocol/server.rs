//! What servers say.

mod parse;

use crate::value::Value;

use super::{
    call::CallFailure,
    fields::{Fields, text_of},
    malformed::MalformedMessage,
    transition::write_data,
    version::{StateVersion, Timestamp},
};

/// A message from a server.
#[derive(Debug, Clone, PartialEq)]
pub enum ServerMessage {
    /// From one moment to another, for all queries of the connection together.
    Transition(Transition),
    /// How a mutation ended.
    MutationResponse(MutationResponse),
    /// How an action ended.
    ActionResponse(ActionResponse),
    /// The caller is not who they say, or not any more. The connection ends.
    AuthError(AuthError),
    /// The client did what it would do again. The connection ends.
    FatalError {
        /// What it did.
        error: String,
    },
    /// The server is there.
    Ping,
    /// A piece of a transition.
    TransitionChunk(TransitionChunk),
}

/// All results of a connection, from one version to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// The end of the one before.
    pub start: StateVersion,
    /// What the client knows after it.
    pub end: StateVersion,
    /// The queries whose results are others.
    pub modifications: Vec<QueryChange>,
    /// The client's clock less the server's when the connection began, in milliseconds.
    pub client_clock_skew: Option<i64>,
    /// The server's clock, in nanoseconds since 1970.
    pub server_ts: Option<u64>,
}

/// What became of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum QueryChange {
    /// It has another result.
    Updated {
        /// The client's number of the query.
        query_id: u32,
        /// The result.
        value: Value,
        /// What the function logged, for callers who may see it.
        log_lines: Vec<String>,
        /// Where its page ended, to be sent again on the next connection.
        journal: Option<String>,
    },
    /// It fails.
    Failed {
        /// The client's number of the query.
        query_id: u32,
        /// Why.
        failure: CallFailure,
        /// What the function logged, for callers who may see it.
        log_lines: Vec<String>,
        /// Where its page ended, to be sent again on the next connection.
        journal: Option<String>,
    },
    /// It is watched no longer.
    Removed {
        /// The client's number of the query.
        query_id: u32,
    },
}

/// How a mutation ended.
#[derive(Debug, Clone, PartialEq)]
pub struct MutationResponse {
    /// The client's number of the request.
    pub request_id: u32,
    /// Its result, or why there is none.
    pub result: Result<Mutated, CallFailure>,
    /// What the function logged, for callers who may see it.
    pub log_lines: Vec<String>,
}

/// A mutation that was committed.
#[derive(Debug, Clone, PartialEq)]
pub struct Mutated {
    /// What the function returned.
    pub value: Value,
    /// The commit. Transitions that end at it or later have its effects.
    pub ts: Timestamp,
}

/// How an action ended.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionResponse {
    /// The client's number of the request.
    pub request_id: u32,
    /// Its result, or why there is none.
    pub result: Result<Value, CallFailure>,
    /// What the function logged, for callers who may see it.
    pub log_lines: Vec<String>,
}

/// The caller is not who they say, or not any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthError {
    /// Why.
    pub error: String,
    /// The identity's version before it.
    pub base_version: Option<u32>,
    /// Whether this is the answer to an `Authenticate`; otherwise what was accepted has ended.
    pub auth_update_attempted: Option<bool>,
}

/// A piece of a transition's text. All pieces joined are the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransitionChunk {
    /// The piece.
    pub chunk: String,
    /// Its number, from 0.
    pub part_number: u32,
    /// How many there are.
    pub total_parts: u32,
    /// Which transition it is of.
    pub transition_id: String,
}

impl ServerMessage {
    /// Reads a message.
    pub fn parse(text: &str) -> Result<Self, MalformedMessage> {
        parse::parse(text)
    }

    /// Appends the message as JSON.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Transition(transition) => transition.write(out),
            Self::MutationResponse(response) => response.write(out),
            Self::ActionResponse(response) => response.write(out),
            Self::AuthError(error) => error.write(out),
            Self::FatalError { error } => {
                let mut fields = Fields::message(out, "FatalError");
                fields.text("error", error);
                fields.end();
            }
            Self::Ping => Fields::message(out, "Ping").end(),
            Self::TransitionChunk(chunk) => chunk.write(out),
        }
    }

    /// The message as JSON.
    pub fn to_json(&self) -> String {
        text_of(|out| self.write(out))
    }
}

impl Transition {
    fn write(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::message(out, "Transition");
        fields.version("startVersion", self.start);
        fields.version("endVersion", self.end);
        fields.list("modifications", &self.modifications, QueryChange::write);
        fields.opt_plain("clientClockSkew", self.client_clock_skew);
        fields.opt_plain("serverTs", self.server_ts);
        fields.end();
    }
}

impl QueryChange {
    /// The client's number of the query.
    pub const fn query_id(&self) -> u32 {
        match self {
            Self::Updated { query_id, .. } | Self::Failed { query_id, .. } | Self::Removed { query_id } => {
                *query_id
            }
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let kind = match self {
            Self::Updated { .. } => "QueryUpdated",
            Self::Failed { .. } => "QueryFailed",
            Self::Removed { .. } => "QueryRemoved",
        };
        let mut fields = Fields::message(out, kind);
        fields.plain("queryId", self.query_id());
        let (log_lines, journal) = match self {
            Self::Removed { .. } => return fields.end(),
            Self::Updated {
                value,
                log_lines,
                journal,
                ..
            } => {
                fields.value("value", value);
                (log_lines, journal)
            }
            Self::Failed {
                failure,
                log_lines,
                journal,
                ..
            } => {
                fields.text("errorMessage", &failure.message);
                write_data(&mut fields, failure.data.as_ref());
                (log_lines, journal)
            }
        };
        fields.lines(log_lines);
        fields.opt_text("journal", journal.as_deref());
        fields.end();
    }
}

impl MutationResponse {
    fn write(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::message(out, "MutationResponse");
        fields.plain("requestId", self.request_id);
        fields.plain("success", self.result.is_ok());
        match &self.result {
            Ok(mutated) => {
                fields.value("result", &mutated.value);
                fields.ts("ts", mutated.ts);
            }
            Err(failure) => failure.write(&mut fields),
        }
        fields.lines(&self.log_lines);
        fields.end();
    }
}

impl ActionResponse {
    fn write(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::message(out, "ActionResponse");
        fields.plain("requestId", self.request_id);
        fields.plain("success", self.result.is_ok());
        match &self.result {
            Ok(value) => fields.value("result", value),
            Err(failure) => failure.write(&mut fields),
        }
        fields.lines(&self.log_lines);
        fields.end();
    }
}

impl CallFailure {
    fn write(&self, fields: &mut Fields<'_>) {
        fields.text("result", &self.message);
        write_data(fields, self.data.as_ref());
    }
}

impl AuthError {
    fn write(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::message(out, "AuthError");
        fields.text("error", &self.error);
        fields.opt_plain("baseVersion", self.base_version);
        fields.opt_plain("authUpdateAttempted", self.auth_update_attempted);
        fields.end();
    }
}

impl TransitionChunk {
    fn write(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::message(out, "TransitionChunk");
        fields.text("chunk", &self.chunk);
        fields.plain("partNumber", self.part_number);
        fields.plain("totalParts", self.total_parts);
        fields.text("transitionId", &self.transition_id);
        fields.end();
    }
}
