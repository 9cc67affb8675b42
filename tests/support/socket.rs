//! A client of the sync protocol that survives its server.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket, protocol::Role};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_mins(1);
const UPGRADE: &str = "GET /api/1.48.0/sync HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A connection.
#[derive(Debug)]
pub struct Socket(WebSocket<TcpStream>);

impl Socket {
    /// A connection that was upgraded and has said nothing.
    pub fn open(addr: SocketAddr) -> io::Result<Self> {
        let mut tcp = TcpStream::connect(addr)?;
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(PATIENCE))?;
        tcp.write_all(UPGRADE.as_bytes())?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            tcp.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        assert!(head.starts_with(b"HTTP/1.1 101 "), "the upgrade is refused");
        Ok(Self(WebSocket::from_raw_socket(tcp, Role::Client, None)))
    }

    /// Says that a session connects, which is when hooks hear of it.
    pub fn connect(&mut self, session: &str) -> Option<()> {
        self.say(&json!({"type": "Connect", "sessionId": session, "connectionCount": 0}))
    }

    /// Watches a query.
    pub fn watch(&mut self, query: &str, args: &Value) -> Option<()> {
        let add = json!({"type": "Add", "queryId": 0, "udfPath": query, "args": [args]});
        self.say(&json!({
            "type": "ModifyQuerySet", "baseVersion": 0, "newVersion": 1, "modifications": [add],
        }))
    }

    /// The next result of the query that is watched; none when the server is gone.
    pub fn result(&mut self) -> Option<Value> {
        loop {
            let Message::Text(text) = self.0.read().ok()? else {
                continue;
            };
            let message: Value = serde_json::from_str(&text).expect("messages are JSON");
            if let Some(update) = message["modifications"].as_array().and_then(|all| all.first()) {
                return Some(update["value"].clone());
            }
        }
    }

    /// Closes as a client does that has no more to say.
    pub fn close(mut self) {
        let _ = self.0.close(None);
        while self.0.read().is_ok() {}
    }

    fn say(&mut self, message: &Value) -> Option<()> {
        self.0.send(Message::text(message.to_string())).ok()
    }
}
