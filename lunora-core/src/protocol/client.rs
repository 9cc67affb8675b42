//! What clients say.

mod parse;

use std::fmt;

use super::{
    call::{Query, Request},
    fields::{Fields, text_of},
    malformed::MalformedMessage,
    version::Timestamp,
};

/// A message from a client.
///
/// ```
/// use lunora_core::{Object, protocol::{ClientMessage, Request}};
///
/// let message = ClientMessage::Mutation(Request::new(0, "messages:send", Object::new()));
/// let text = message.to_json();
/// assert_eq!(text, r#"{"type":"Mutation","requestId":0,"udfPath":"messages:send","args":[{}]}"#);
/// assert_eq!(ClientMessage::parse(&text)?, message);
/// # Ok::<(), lunora_core::protocol::MalformedMessage>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum ClientMessage {
    /// The first message.
    Connect(Connect),
    /// Other queries are to be watched.
    ModifyQuerySet(ModifyQuerySet),
    /// Run a mutation.
    Mutation(Request),
    /// Run an action.
    Action(Request),
    /// Who is calling from now on.
    Authenticate(Authenticate),
    /// Something for the server's statistics; what, is not kept.
    Event,
}

/// Who connects, and what they remember.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Connect {
    /// A UUID. With a request's number it says which request is a repeat.
    pub session_id: String,
    /// How many connections there were before.
    pub connection_count: u32,
    /// Why the last one ended.
    pub last_close_reason: Option<String>,
    /// The newest timestamp that the client has seen.
    pub max_observed_timestamp: Option<Timestamp>,
    /// The client's clock, in milliseconds since 1970. Not to be trusted.
    pub client_ts: Option<i64>,
}

/// A change of the queries that are watched.
#[derive(Debug, Clone, PartialEq)]
pub struct ModifyQuerySet {
    /// The version before, 0 at first.
    pub base_version: u32,
    /// The version after, which is greater.
    pub new_version: u32,
    /// May be empty.
    pub modifications: Vec<QueryModification>,
}

/// One change of the queries that are watched.
#[derive(Debug, Clone, PartialEq)]
pub enum QueryModification {
    /// Watch it.
    Add(Query),
    /// Watch it no longer.
    Remove {
        /// Its number.
        query_id: u32,
    },
}

/// A change of who is calling.
#[derive(Debug, Clone, PartialEq)]
pub struct Authenticate {
    /// How many such messages this connection has seen before.
    pub base_version: u32,
    /// What the caller presents.
    pub token: AuthToken,
}

/// What a caller presents. Its `Debug` output leaves secrets out.
#[derive(Clone, PartialEq)]
pub enum AuthToken {
    /// Nothing.
    None,
    /// The token of a user.
    User(String),
    /// An admin key.
    Admin {
        /// The key.
        key: String,
        /// The attributes of the user to act as.
        acting_as: Option<serde_json::Value>,
    },
}

impl fmt::Debug for AuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::User(_) => f.write_str("User(..)"),
            Self::Admin { acting_as, .. } => f
                .debug_struct("Admin")
                .field("acting_as", acting_as)
                .finish_non_exhaustive(),
        }
    }
}

impl ClientMessage {
    /// Reads a message. Arguments that cannot be read spoil their request alone.
    pub fn parse(text: &str) -> Result<Self, MalformedMessage> {
        parse::parse(text)
    }

    /// Appends the message as JSON.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Connect(connect) => connect.write(out),
            Self::ModifyQuerySet(change) => change.write(out),
            Self::Mutation(request) => request.write("Mutation", out),
            Self::Action(request) => request.write("Action", out),
            Self::Authenticate(authenticate) => authenticate.write(out),
            Self::Event => Fields::message(out, "Event").end(),
        }
    }

    /// The message as JSON.
    pub fn to_json(&self) -> String {
        text_of(|out| self.write(out))
    }
}

impl Connect {
    fn write(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::message(out, "Connect");
        fields.text("sessionId", &self.session_id);
        fields.plain("connectionCount", self.connection_count);
        fields.opt_text("lastCloseReason", self.last_close_reason.as_deref());
        if let Some(ts) = self.max_observed_timestamp {
            fields.ts("maxObservedTimestamp", ts);
        }
        fields.opt_plain("clientTs", self.client_ts);
        fields.end();
    }
}

impl ModifyQuerySet {
    fn write(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::message(out, "ModifyQuerySet");
        fields.plain("baseVersion", self.base_version);
        fields.plain("newVersion", self.new_version);
        fields.list("modifications", &self.modifications, QueryModification::write);
        fields.end();
    }
}

impl QueryModification {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Add(query) => query.write(out),
            Self::Remove { query_id } => {
                let mut fields = Fields::message(out, "Remove");
                fields.plain("queryId", query_id);
                fields.end();
            }
        }
    }
}

impl Authenticate {
    fn write(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::message(out, "Authenticate");
        fields.plain("baseVersion", self.base_version);
        match &self.token {
            AuthToken::None => fields.text("tokenType", "None"),
            AuthToken::User(token) => {
                fields.text("tokenType", "User");
                fields.text("value", token);
            }
            AuthToken::Admin { key, acting_as } => {
                fields.text("tokenType", "Admin");
                fields.text("value", key);
                if let Some(attributes) = acting_as {
                    fields.json("impersonating", attributes);
                }
            }
        }
        fields.end();
    }
}

#[cfg(test)]
mod tests {
    use super::AuthToken;

    #[test]
    fn secrets_are_not_shown() {
        let tokens = [
            AuthToken::User("hush".to_owned()),
            AuthToken::Admin {
                key: "hush".to_owned(),
                acting_as: None,
            },
        ];
        assert!(!format!("{tokens:?}").contains("hush"));
    }
}
