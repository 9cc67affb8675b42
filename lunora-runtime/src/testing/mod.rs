//! The real engine inside a test, with a clock that stands still until it is told to move.
//!
//! [`TestApp`] is the server's side: it runs any reference, and any function by its wire name (which is how a
//! crate's own `tests/` directory reaches internal functions, since it cannot name `internal`). [`TestClient`] is a
//! client's side: it takes public references only, and gets what a client gets.

mod app;
mod client;
mod clock;
mod connection;
mod crons;
mod directory;
mod http;
mod issuer;
mod watch;

pub use self::{
    app::{TestApp, TestAppBuilder},
    client::TestClient,
    clock::TestClock,
    connection::TestConnection,
    http::{TestRequest, TestResponse},
    issuer::TestIssuer,
    watch::Watch,
};
pub use crate::{
    functions::{CronOutcome, CronRun},
    triggers::CronInfo,
};
