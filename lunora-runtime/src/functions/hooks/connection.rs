//! A connection, as hooks see it.

use lunora_core::{
    identity::Identity,
    shape::{Node, Shape, Shapes},
    time::Time,
};
use serde::{Deserialize, Serialize};

use crate::functions::scheduler::{kept, read_kept};

/// A client's connection over a WebSocket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Travelling", into = "Travelling")]
#[non_exhaustive]
pub struct Connection {
    /// Its id, which no other connection has.
    pub id: String,
    /// The client's session, which may be that of an earlier connection. Whoever knows it can ask for the answers to the
    /// client's requests, so it is nothing to be shown to others.
    pub session_id: String,
    /// The user: of the request that the connection began with, or of the last token that was accepted since.
    pub identity: Option<Identity>,
    /// The address of whoever has connected, which may be a proxy.
    pub address: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// When it connected.
    pub connected_at: Time,
}

impl Connection {
    /// Its name among the shapes, which no type of an application has.
    pub(in crate::functions) const SHAPE: &str = "lunora::Connection";
}

/// The name of [`Connection::session_id`] where it travels.
pub(in crate::functions) const SESSION_ID: &str = "sessionId";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Travelling {
    id: String,
    session_id: String,
    identity: Option<String>,
    address: Option<String>,
    user_agent: Option<String>,
    connected_at: Time,
}

impl From<Connection> for Travelling {
    fn from(connection: Connection) -> Self {
        Self {
            id: connection.id,
            session_id: connection.session_id,
            identity: connection.identity.as_ref().map(kept),
            address: connection.address,
            user_agent: connection.user_agent,
            connected_at: connection.connected_at,
        }
    }
}

impl From<Travelling> for Connection {
    fn from(travelling: Travelling) -> Self {
        Self {
            id: travelling.id,
            session_id: travelling.session_id,
            identity: travelling.identity.and_then(|text| read_kept(&text).ok()),
            address: travelling.address,
            user_agent: travelling.user_agent,
            connected_at: travelling.connected_at,
        }
    }
}

#[diagnostic::do_not_recommend]
impl Shape for Connection {
    fn shape(shapes: &mut Shapes) -> Node {
        shapes.named::<Self>(Self::SHAPE, "A client's connection.", |_| Node::Any)
    }
}
