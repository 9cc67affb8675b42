//! What a server puts up with on a WebSocket.

use std::time::Duration;

/// Limits of the socket. Every limit has a name, which its error carries. (How many queries a connection watches is a
/// limit of the engine's, `subscriptions`.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketLimits {
    /// Bytes of one message.
    pub frame_bytes: usize,
    /// Mutations of one connection that have no answer yet. Further ones are answered with a failure.
    pub waiting_mutations: usize,
    /// Actions of one connection that have not ended. Further ones are answered with a failure.
    pub concurrent_actions: usize,
    /// What the requests of the subscriptions of all connections take in memory, in bytes.
    pub subscription_bytes: usize,
    /// Time for a message that has begun to be there.
    pub message_timeout: Duration,
    /// Time for the first message to arrive.
    pub connect_timeout: Duration,
    /// After as much silence on its own side the server says that it is there.
    pub ping_interval: Duration,
    /// After as much time without a message of the client, who is asked for a sign of life meanwhile, the connection
    /// counts as dead.
    pub silence_timeout: Duration,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            frame_bytes: 16 << 20,
            waiting_mutations: 1_000,
            concurrent_actions: 100,
            subscription_bytes: 512 << 20,
            message_timeout: Duration::from_mins(2),
            connect_timeout: Duration::from_secs(10),
            // Clients give up after 30 s (Rust) and 60 s (JavaScript).
            ping_interval: Duration::from_secs(15),
            silence_timeout: Duration::from_mins(2),
        }
    }
}
