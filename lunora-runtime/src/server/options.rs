//! What a deployment can set.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use super::{cors::AllowedOrigins, logs::LogRing, sync::SocketLimits};

/// How a server listens and what it puts up with.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Where to listen. Port 0 takes a free one; [`Server::local_addr`](super::Server::local_addr) tells which.
    pub addr: SocketAddr,
    /// Name of this deployment, as `/instance_name` gives it.
    pub name: String,
    /// Which web pages may call this server.
    pub cors: AllowedOrigins,
    /// Shows system errors in full to every caller. Only on a loopback address.
    pub dev: bool,
    /// The last lines of the log, for administrators who ask for them. Something has to put them there; `serve` does.
    pub logs: Option<LogRing>,
    /// What the server puts up with.
    pub limits: ServerLimits,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 3210)),
            name: "lunora".to_owned(),
            cors: AllowedOrigins::Any,
            dev: false,
            logs: None,
            limits: ServerLimits::default(),
        }
    }
}

/// Limits at the boundary. Every limit has a name, which its error carries, where there is a request to answer: a head that
/// is too large gets a bare 431, and one that does not come, or an answer that nobody takes, ends the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
    /// Open connections. Further ones are told 503 and closed.
    pub connections: usize,
    /// Requests under `/api` being worked on. Further ones are told 503.
    pub concurrent_requests: usize,
    /// Requests for HTTP actions, until their answers have been sent. Further ones are told 503.
    pub concurrent_http_actions: usize,
    /// Queries in one batch.
    pub batch_queries: usize,
    /// Bytes of all results of one batch.
    pub batch_result_bytes: usize,
    /// Exports being made. Further ones are told 503.
    pub concurrent_exports: usize,
    /// Readers of the log. Further ones are told 503.
    pub concurrent_log_readers: usize,
    /// Bytes of a request's line and headers together.
    pub head_bytes: usize,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Bytes of the body of a request for an HTTP action.
    pub http_body_bytes: usize,
    /// Bytes of all large request bodies that are held at one time.
    pub buffered_bytes: usize,
    /// Bytes of all large answers that wait for their clients to read them.
    pub unread_bytes: usize,
    /// Time for a request's head to arrive, and for an idle connection to send the next one.
    pub head_timeout: Duration,
    /// Time for a request's body to arrive; for an HTTP action, the time that it waits for it.
    pub body_timeout: Duration,
    /// Time for a client to take any of the bytes that wait for it.
    pub write_timeout: Duration,
    /// Time for a streamed answer of an HTTP action to give its next piece. Without a piece to send, nobody notices that
    /// the client is gone.
    pub stream_pause: Duration,
    /// Time for running requests to finish after the server was asked to stop.
    pub shutdown_timeout: Duration,
    /// What it puts up with on a WebSocket.
    pub socket: SocketLimits,
}

/// The protocol of the Convex clients: a body is as large as the largest arguments and a little for what is around them.
const BODY_BYTES: usize = (16 << 20) + 2000;

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            connections: 20_000,
            concurrent_requests: 4096,
            concurrent_http_actions: 4096,
            batch_queries: 256,
            batch_result_bytes: 16 << 20,
            concurrent_exports: 2,
            concurrent_log_readers: 16,
            head_bytes: 64 << 10,
            body_bytes: BODY_BYTES,
            http_body_bytes: 20 << 20,
            buffered_bytes: 256 << 20,
            unread_bytes: 256 << 20,
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_mins(1),
            write_timeout: Duration::from_secs(30),
            stream_pause: Duration::from_mins(1),
            // Supervisors commonly kill after 30 s, so everything has to be over before.
            shutdown_timeout: Duration::from_secs(20),
            socket: SocketLimits::default(),
        }
    }
}
