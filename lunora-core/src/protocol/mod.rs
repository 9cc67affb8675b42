//! Messages of the sync protocol, which Convex clients speak over a WebSocket: each is one JSON object in a text frame.
//!
//! Both sides are here, reading and writing. A client writes [`ClientMessage`]s and reads [`ServerMessage`]s, a server
//! the other way round; a server that has results as JSON already writes transitions with a [`TransitionWriter`].
//!
//! What a message means, and in which order they may come, is not decided here.

mod call;
mod client;
mod fields;
mod malformed;
mod server;
mod transition;
mod version;

pub use self::{
    call::{CallFailure, InvalidArgs, Query, Request},
    client::{AuthToken, Authenticate, ClientMessage, Connect, ModifyQuerySet, QueryModification},
    malformed::MalformedMessage,
    server::{
        ActionResponse, AuthError, Mutated, MutationResponse, QueryChange, ServerMessage, Transition,
        TransitionChunk,
    },
    transition::{
        TransitionWriter, write_action_failure, write_action_success, write_mutation_failure,
        write_mutation_success,
    },
    version::{StateVersion, Timestamp},
};
