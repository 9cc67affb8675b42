//! Functions that the server calls when it starts and when a connection comes or goes.
//!
//! They are mutations, and stand in a registry of their own: whoever looks for a function by its name finds none of them.
//! The room above, `triggers`, runs them as jobs.

mod connection;
mod event;
mod full_disk;
mod registry;
mod stored;

pub(in crate::functions) use self::connection::SESSION_ID;
pub use self::{
    connection::Connection,
    event::{Event, TakesConnection, TakesNothing},
};
pub(crate) use self::{
    registry::{HOOK, Hooks},
    stored::{BY_GONE, CONNECTIONS, STARTS, Stage, StoredConnection, StoredStart},
};
