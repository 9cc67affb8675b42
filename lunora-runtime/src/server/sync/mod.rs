//! The WebSocket: live queries, mutations and actions over one connection, as Convex clients speak it.
//!
//! [`upgrade`] answers the request that a WebSocket begins with and starts one task for the connection. That task does
//! everything: it reads messages from the `socket`, hands mutations to `mutations` and actions to `actions`, and writes
//! answers and transitions. Whatever is ready at one time leaves in one write.
//!
//! What a client is told is in the order that makes it right:
//!
//! * Mutations run one after another. The next starts, on a thread of the executor, when the one before is ordered; the
//!   answers leave in order when they are on disk.
//! * A transition leaves when no answer is missing to a mutation that it contains (`mutations::Mutations::holds_back`),
//!   and after an answer one always follows (`transitions`).
//! * While a caller's new credential is looked at, nothing that came after it is read.
//! * A client that does not read gets no further transition until it has taken the last one, and is not read from
//!   either.
//!
//! How a connection ends is in `end`.

mod actions;
mod authentication;
mod connection;
mod end;
mod limits;
mod messages;
mod mutations;
mod outbox;
mod pulse;
mod queries;
mod socket;
mod transitions;
mod unsettled;
mod upgrade;
mod versions;

pub use self::limits::SocketLimits;
pub(super) use self::upgrade::upgrade;
