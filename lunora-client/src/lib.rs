//! The typed client of a Lunora application.
//!
//! What can be called comes from the application: from its own crate, where that is at hand (`my_app::api`), or from
//! its command `codegen rust`, which writes `api.rs` for crates that do not have it. Either way only public functions
//! are there to be named, and their arguments and results are typed.
//!
//! ```no_run
//! # mod api { pub mod messages {
//! #     use lunora_client::reference;
//! #     reference! { pub fn list(channel: String = "channel") -> Vec<String> { Query "messages" "list" } }
//! #     reference! { pub fn send(channel: String = "channel", body: String = "body") -> () { Mutation "messages" "send" } }
//! # } }
//! use lunora_client::{Client, Result};
//!
//! # async fn example() -> Result<()> {
//! let client = Client::new("https://chat.example.com")?;
//! client.mutation(api::messages::send("general".into(), "hello".into())).await?;
//!
//! let mut messages = client.watch(api::messages::list("general".into()))?;
//! while let Some(result) = messages.next().await {
//!     println!("{:?}", result?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What it promises
//! * **Mutations run once.** One that was sent when the connection broke is sent again on the next one, under the same
//!   session and number, and the server answers a repeat with what it has recorded.
//! * **A call is made for who was the user when it was made.** Once there is another user, or none, a mutation without an
//!   answer is not sent again, because for them it would be another one: it fails with [`CallError::UserChanged`], and
//!   whether it ran is not known. A call that was not sent yet fails with [`CallError::NotSent`]. New tokens of the same
//!   user change nothing, also if they come from another `set_auth`. One that overtakes the token of the `set_auth` before
//!   waits up to 5 seconds for it if calls were made meanwhile, because it says for whom.
//! * **Actions run at most once.** One that was sent when the connection broke fails with [`CallError::Lost`]: whether
//!   it ran, nobody knows.
//! * **A mutation that is done can be seen.** When its future ends, queries that this client watches have its effects.
//! * **Connections come back by themselves**, after a pause that doubles up to 15 seconds and differs from client to
//!   client, and watched queries go on where they were.
//! * **Nobody by accident.** While a token is being fetched nothing is sent, and when tokens are refused again and again
//!   calls fail, instead of being made for nobody: with [`CallError::Unauthenticated`], which says that they have not run,
//!   or with [`CallError::Unanswered`] where they may have.

mod auth;
mod backoff;
mod client;
mod error;
mod overtaken;
mod reference;
mod session;
mod slot;
mod socket;
#[cfg(feature = "tls")]
mod tls;
mod url;
mod watch;
mod worker;

pub use lunora_core::{
    error::{AppError, Error, Result},
    id::Id,
    number,
    pagination::{Page, PaginationOptions},
    reference::{Call, FunctionRef, Output, PublicAction, PublicMutation, PublicQuery},
    table::{Doc, Table},
    time::Time,
    value::{Bytes, Object, Value},
};
/// What makes a type travel, as in an application; here with `#[data(crate = lunora_client)]`.
pub use lunora_macros::{AppError, data};

pub use self::{
    auth::TokenRequest,
    client::{BoxFuture, Client},
    error::{CallError, InvalidUrl},
    watch::Watch,
};

/// What generated code and the attributes use. Not for hand-written code: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use lunora_core::{
        choice,
        error::AppError,
        fields::{self, HasField},
        reference::{Action, Call, FunctionRef, Listed, Mutation, Public, Query},
        shape::{Field, NoShape, Node, Shape, ShapeOf, Shapes, Travels},
        table::{IndexSpec, Table},
    };
    pub use serde;
}
