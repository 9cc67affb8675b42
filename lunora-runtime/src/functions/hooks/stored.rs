//! Open connections, as the store has them.

use lunora_core::{job::JobId, table::IndexSpec, time::Time};
use serde::{Deserialize, Serialize};

use super::Connection;
use crate::functions::{scheduler::read_kept, system::system_table};

/// Name of the table of connections.
pub(crate) const CONNECTIONS: &str = "_connections";

/// A connection that has hooks to run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredConnection {
    /// The process that holds it.
    pub(crate) holder: String,
    pub(crate) session_id: String,
    /// The user, as JSON.
    pub(crate) identity: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) connected_at: f64,
    pub(crate) stage: Stage,
    /// Which hook of the chain it has come to. What ends at another place moves nothing.
    pub(crate) at: u32,
    /// How many of the hooks for its coming have succeeded.
    pub(crate) met: u32,
    /// How many of the hooks for its coming have been over, and run once more or wait for that.
    #[serde(default)]
    pub(crate) again: u32,
    /// The client is gone.
    pub(crate) gone: bool,
    /// What the gate that refused it has for the client; none if that gate has only failed.
    pub(crate) refusal: Option<String>,
}

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Stage {
    /// Gates decide about it.
    Waiting,
    /// It is let in, and hooks for its coming still run.
    Admitted,
    /// They have run.
    Connected,
    /// A gate has refused it.
    Refused,
    /// It is gone, and hooks for its going run.
    Leaving,
}

system_table!(
    StoredConnection,
    CONNECTIONS,
    [IndexSpec {
        name: BY_GONE,
        fields: &[&["gone"]],
        unique: false
    }]
);

/// The one index of connections.
pub(crate) const BY_GONE: &str = "by_gone";

/// A job of the start that is or was under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredStart {
    pub(crate) job: JobId,
    /// The process that starts.
    #[serde(default)]
    pub(crate) holder: String,
}

/// Name of the table of starts.
pub(crate) const STARTS: &str = "_starts";

system_table!(StoredStart, STARTS, []);

impl StoredConnection {
    /// What hooks get.
    pub(crate) fn seen(&self, id: &str) -> Connection {
        Connection {
            id: id.to_owned(),
            session_id: self.session_id.clone(),
            identity: self.identity.as_deref().and_then(|text| read_kept(text).ok()),
            address: self.address.clone(),
            user_agent: self.user_agent.clone(),
            connected_at: Time::from_millis(self.connected_at),
        }
    }
}
