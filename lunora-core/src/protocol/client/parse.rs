//! Reading what clients say, in one pass.

use serde::{Deserialize, Deserializer};
use serde_json::{Value as Json, value::RawValue};

use super::{AuthToken, Authenticate, ClientMessage, Connect, ModifyQuerySet, QueryModification};
use crate::{
    protocol::{
        call::{InvalidArgs, Query, ReadArgs, Request, WireArgs},
        fields::Text,
        malformed::MalformedMessage,
        version::Timestamp,
    },
    value::Object,
};

type Result<T> = std::result::Result<T, MalformedMessage>;

/// Reads everything at once; if that fails, it is tried without looking into the arguments.
pub(super) fn parse(text: &str) -> Result<ClientMessage> {
    let read = match serde_json::from_str::<Wire<'_, ReadArgs>>(text) {
        Ok(wire) => return wire.into_message(),
        Err(error) => error,
    };
    let lazily = serde_json::from_str::<Wire<'_, &RawValue>>(text);
    lazily.map_err(|_| read)?.into_message()
}

/// The fields of all messages. Those that are not known are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "A: Deserialize<'de>"))]
struct Wire<'a, A> {
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,

    request_id: Option<u32>,
    #[serde(borrow)]
    udf_path: Option<Text<'a>>,
    args: Option<A>,
    #[serde(borrow)]
    component_path: Option<Text<'a>>,

    base_version: Option<u32>,
    new_version: Option<u32>,
    #[serde(borrow)]
    modifications: Option<Vec<WireModification<'a, A>>>,

    #[serde(borrow)]
    token_type: Option<Text<'a>>,
    #[serde(borrow)]
    value: Option<Text<'a>>,
    #[serde(alias = "acting_as", alias = "actingAs")]
    impersonating: Option<Json>,

    #[serde(borrow)]
    session_id: Option<Text<'a>>,
    connection_count: Option<u32>,
    #[serde(borrow)]
    last_close_reason: Option<Text<'a>>,
    max_observed_timestamp: Option<Timestamp>,
    #[serde(default, deserialize_with = "milliseconds")]
    client_ts: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "A: Deserialize<'de>"))]
struct WireModification<'a, A> {
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
    query_id: u32,
    #[serde(borrow)]
    udf_path: Option<Text<'a>>,
    args: Option<A>,
    #[serde(borrow)]
    journal: Option<Text<'a>>,
    #[serde(borrow)]
    component_path: Option<Text<'a>>,
}

/// Clocks of clients may have a fraction.
#[expect(clippy::cast_possible_truncation, reason = "it is not to be trusted anyhow")]
fn milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<i64>, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.map(|millis| millis as i64))
}

impl<A: WireArgs> Wire<'_, A> {
    fn into_message(self) -> Result<ClientMessage> {
        match &*self.kind.0 {
            "Connect" => self.into_connect().map(ClientMessage::Connect),
            "ModifyQuerySet" => self.into_change().map(ClientMessage::ModifyQuerySet),
            "Mutation" => self.into_request().map(ClientMessage::Mutation),
            "Action" => self.into_request().map(ClientMessage::Action),
            "Authenticate" => self.into_authenticate().map(ClientMessage::Authenticate),
            "Event" => Ok(ClientMessage::Event),
            other => Err(MalformedMessage::unknown(other)),
        }
    }

    fn into_connect(self) -> Result<Connect> {
        let session_id = needed(self.session_id, "Connect", "sessionId")?;
        Ok(Connect {
            session_id: session_id.into(),
            connection_count: self.connection_count.unwrap_or_default(),
            last_close_reason: self.last_close_reason.map(String::from),
            max_observed_timestamp: self.max_observed_timestamp,
            client_ts: self.client_ts,
        })
    }

    fn into_change(self) -> Result<ModifyQuerySet> {
        let kind = "ModifyQuerySet";
        let modifications = needed(self.modifications, kind, "modifications")?;
        Ok(ModifyQuerySet {
            base_version: needed(self.base_version, kind, "baseVersion")?,
            new_version: needed(self.new_version, kind, "newVersion")?,
            modifications: modifications
                .into_iter()
                .map(WireModification::into_modification)
                .collect::<Result<_>>()?,
        })
    }

    fn into_request(self) -> Result<Request> {
        Ok(Request {
            request_id: needed(self.request_id, &self.kind.0, "requestId")?,
            path: needed(self.udf_path, &self.kind.0, "udfPath")?.into(),
            args: object(self.args),
            component_path: self.component_path.map(String::from),
        })
    }

    fn into_authenticate(self) -> Result<Authenticate> {
        let kind = "Authenticate";
        let token_type = needed(self.token_type, kind, "tokenType")?;
        let value = || needed(self.value, kind, "value").map(String::from);
        let token = match &*token_type.0 {
            "None" => AuthToken::None,
            "User" => AuthToken::User(value()?),
            "Admin" => AuthToken::Admin {
                key: value()?,
                acting_as: self.impersonating,
            },
            other => return Err(MalformedMessage::unknown(other)),
        };
        Ok(Authenticate {
            base_version: needed(self.base_version, kind, "baseVersion")?,
            token,
        })
    }
}

impl<A: WireArgs> WireModification<'_, A> {
    fn into_modification(self) -> Result<QueryModification> {
        let query_id = self.query_id;
        match &*self.kind.0 {
            "Remove" => Ok(QueryModification::Remove { query_id }),
            "Add" => Ok(QueryModification::Add(Query {
                query_id,
                path: needed(self.udf_path, "Add", "udfPath")?.into(),
                args: object(self.args),
                journal: self.journal.map(String::from),
                component_path: self.component_path.map(String::from),
            })),
            other => Err(MalformedMessage::unknown(other)),
        }
    }
}

fn needed<T>(field: Option<T>, message: &str, name: &str) -> Result<T> {
    field.ok_or_else(|| MalformedMessage::missing(message, name))
}

fn object<A: WireArgs>(args: Option<A>) -> std::result::Result<Object, InvalidArgs> {
    args.map_or_else(|| Ok(Object::new()), WireArgs::into_object)
}
