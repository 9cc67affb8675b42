//! The boundary: HTTP in, JSON out, and nothing known about storage.
//!
//! A request goes through `entry` (request id, CORS, access line), the route in [`ROUTES`], and for the routes that call
//! functions through `call`: body, caller, path and arguments, then one of the two dispatchers. Which one, is decided by
//! the caller in `dispatch`, and nowhere else.
//!
//! `sync` is the WebSocket. `keys`, `jobs`, `crons`, `logs` and `export` are for administrators alone, on what stands in
//! `admin`. `http_actions` and `assets` have what else the application answers, where no route of the server does.
//! `listen` accepts connections and ends them.
//!
//! What a *function* did, or what is wrong with its name or arguments, is an answer with status 200 and the failure
//! in it (`answer`). What is wrong with the *request* is a status of 4xx or 5xx (`problem`).

mod admin;
mod admission;
mod answer;
mod assets;
mod batch;
mod body;
mod call;
mod caller;
mod connection;
mod cors;
mod crons;
mod dispatch;
mod entry;
mod envelope;
mod export;
mod finishing;
mod held;
mod http_actions;
mod idempotency;
mod in_process;
mod incoming;
mod jobs;
mod keys;
mod lifecycle;
mod listen;
mod logs;
mod moments;
mod object;
mod options;
mod pages;
mod problem;
mod routes;
mod stream;
mod streamed;
mod sync;

pub(crate) use self::in_process::InProcess;
pub use self::{
    cors::AllowedOrigins,
    listen::{BindError, Server},
    logs::{LogLevel, LogLine, LogRing},
    options::{ServerLimits, ServerOptions},
    routes::{ROUTES, Route, Verb},
    sync::SocketLimits,
};
