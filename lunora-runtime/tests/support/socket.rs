//! A client of the sync protocol that says what it is told to, and checks what every client checks.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use lunora_core::protocol::{StateVersion, Timestamp};
use serde_json::{Value as Json, json};
use tungstenite::{
    Bytes, Error, Message, WebSocket,
    protocol::{Role, WebSocketConfig},
};

/// Longer than anything takes that comes at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// A WebSocket.
pub struct Socket {
    socket: WebSocket<TcpStream>,
    /// What the last transition ended with.
    pub version: StateVersion,
    sets: u32,
    /// How often the server has asked for a sign of life.
    pub pings: u32,
}

/// What comes from the server.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    Message(Json),
    /// A close frame: code (1005 without one) and reason.
    Closed(u16, String),
    /// The connection, without a close frame.
    Gone,
}

/// A UUID that no other call returns.
pub fn uuid() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("9e33c3f0-0000-4000-8000-{count:012x}")
}

/// The request that asks for a WebSocket.
pub fn upgrade_request(path: &str, headers: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    )
}

impl Socket {
    /// A connection that was upgraded and has said nothing.
    pub fn open(addr: SocketAddr, path: &str) -> Self {
        Self::open_with(addr, path, "")
    }

    /// The same with more header lines, each ended by CRLF.
    pub fn open_with(addr: SocketAddr, path: &str, headers: &str) -> Self {
        Self::try_open(addr, path, headers).unwrap_or_else(|head| panic!("{head}"))
    }

    /// The same; an error is the head of an answer that is no upgrade.
    pub fn try_open(addr: SocketAddr, path: &str, headers: &str) -> Result<Self, String> {
        let mut tcp = TcpStream::connect(addr).unwrap();
        tcp.set_nodelay(true).unwrap();
        tcp.set_read_timeout(Some(PATIENCE)).unwrap();
        tcp.write_all(upgrade_request(path, headers).as_bytes()).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            tcp.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        if !head.starts_with("HTTP/1.1 101 ") {
            return Err(head);
        }
        assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
        let config = WebSocketConfig::default()
            .max_frame_size(None)
            .max_message_size(None);
        Ok(Self {
            socket: WebSocket::from_raw_socket(tcp, Role::Client, Some(config)),
            version: StateVersion::default(),
            sets: 0,
            pings: 0,
        })
    }

    /// One that has connected, in a session of its own.
    pub fn connect(addr: SocketAddr) -> Self {
        Self::connect_as(addr, &uuid())
    }

    /// One that has connected, in this session.
    pub fn connect_as(addr: SocketAddr, session: &str) -> Self {
        let mut socket = Self::open(addr, "/api/1.48.0/sync");
        socket.say(json!({
            "type": "Connect", "sessionId": session, "connectionCount": 0, "lastCloseReason": "InitialConnect", "clientTs": 0,
        }));
        socket
    }

    /// Sends a message. An error is the server's right: it may have closed.
    pub fn say(&mut self, message: Json) {
        self.say_text(&message.to_string());
    }

    pub fn say_text(&mut self, text: &str) {
        let _ = self.socket.send(Message::text(text));
    }

    pub fn say_binary(&mut self, bytes: &[u8]) {
        let _ = self.socket.send(Message::binary(Bytes::copy_from_slice(bytes)));
    }

    /// Sends bytes as they are.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        let _ = self.socket.get_mut().write_all(bytes);
    }

    pub fn close(&mut self) {
        let _ = self.socket.close(None);
        let _ = self.socket.flush();
    }

    /// Changes the query set by one version.
    pub fn modify(&mut self, modifications: Json) {
        let base = self.sets;
        self.sets += 1;
        self.say(json!({
            "type": "ModifyQuerySet", "baseVersion": base, "newVersion": base + 1, "modifications": modifications,
        }));
    }

    pub fn add(&mut self, query_id: u32, path: &str, args: Json) {
        self.modify(json!([add(query_id, path, args)]));
    }

    pub fn remove(&mut self, query_id: u32) {
        self.modify(json!([{"type": "Remove", "queryId": query_id}]));
    }

    pub fn mutate(&mut self, request_id: u32, path: &str, args: Json) {
        self.say(call("Mutation", request_id, path, args));
    }

    pub fn act(&mut self, request_id: u32, path: &str, args: Json) {
        self.say(call("Action", request_id, path, args));
    }

    pub fn authenticate(&mut self, base_version: u32, token_type: &str, value: &str) {
        self.say(json!({
            "type": "Authenticate", "baseVersion": base_version, "tokenType": token_type, "value": value,
        }));
    }

    /// What the server says next, signs of life aside.
    pub fn hear(&mut self) -> Heard {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => {
                    let message: Json = serde_json::from_str(&text).unwrap();
                    self.check(&message);
                    if message["type"] != "Ping" {
                        return Heard::Message(message);
                    }
                }
                Ok(Message::Close(None)) => return Heard::Closed(1005, String::new()),
                Ok(Message::Close(Some(frame))) => {
                    return Heard::Closed(frame.code.into(), frame.reason.to_string());
                }
                Ok(Message::Ping(_)) => self.pings += 1,
                Ok(other) => panic!("{other:?}"),
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {
                    panic!("the server says nothing")
                }
                Err(_) => return Heard::Gone,
            }
        }
    }

    /// The next message.
    pub fn message(&mut self) -> Json {
        match self.hear() {
            Heard::Message(message) => message,
            other => panic!("{other:?}"),
        }
    }

    /// The next message, which has to be a transition.
    pub fn transition(&mut self) -> Json {
        let message = self.message();
        assert_eq!(message["type"], "Transition", "{message}");
        message
    }

    /// The next message that is no transition.
    pub fn response(&mut self) -> Json {
        loop {
            let message = self.message();
            if message["type"] != "Transition" {
                return message;
            }
        }
    }

    /// The results in the next transition.
    pub fn changes(&mut self) -> Vec<Json> {
        self.transition()["modifications"].as_array().unwrap().clone()
    }

    /// The end: the last words, if there are any, and the close frame.
    pub fn end(&mut self) -> (Option<Json>, u16, String) {
        let mut last = None;
        loop {
            match self.hear() {
                Heard::Message(message) => last = Some(message),
                Heard::Closed(code, reason) => return (last, code, reason),
                Heard::Gone => return (last, 0, String::new()),
            }
        }
    }

    /// The text of the fatal error with which the connection ends.
    pub fn fatal(&mut self) -> String {
        let (last, code, _) = self.end();
        let last = last.expect("last words");
        assert_eq!((&last["type"], code), (&json!("FatalError"), 1005), "{last}");
        last["error"].as_str().unwrap().to_owned()
    }

    /// What every client insists on.
    fn check(&mut self, message: &Json) {
        match message["type"].as_str().unwrap() {
            "Transition" => self.check_transition(message),
            "MutationResponse" => {
                assert!(message["logLines"].is_array(), "{message}");
                assert_ne!(message.get("errorData"), Some(&Json::Null));
                assert_eq!(message["success"] == true, message["ts"].is_string(), "{message}");
            }
            "ActionResponse" => assert!(message["logLines"].is_array(), "{message}"),
            "AuthError" | "FatalError" | "Ping" => {}
            other => panic!("no client knows {other}"),
        }
    }

    fn check_transition(&mut self, message: &Json) {
        let version = |name: &str| StateVersion {
            query_set: u32::try_from(message[name]["querySet"].as_u64().unwrap()).unwrap(),
            identity: u32::try_from(message[name]["identity"].as_u64().unwrap()).unwrap(),
            ts: Timestamp::parse(message[name]["ts"].as_str().unwrap()).unwrap(),
        };
        let (start, end) = (version("startVersion"), version("endVersion"));
        assert_eq!(
            start, self.version,
            "a transition begins where the last one ended"
        );
        assert!(end.query_set >= start.query_set && end.identity >= start.identity && end.ts >= start.ts);
        assert_ne!(message.get("clientClockSkew"), Some(&Json::Null));
        assert_ne!(message.get("serverTs"), Some(&Json::Null));
        for change in message["modifications"].as_array().unwrap() {
            assert!(
                change["type"] == "QueryRemoved" || change["logLines"].is_array(),
                "{change}"
            );
        }
        self.version = end;
    }
}

/// The addition of a query.
pub fn add(query_id: u32, path: &str, args: Json) -> Json {
    json!({"type": "Add", "queryId": query_id, "udfPath": path, "args": [args]})
}

/// A call.
pub fn call(kind: &str, request_id: u32, path: &str, args: Json) -> Json {
    json!({"type": kind, "requestId": request_id, "udfPath": path, "args": [args]})
}

/// The timestamp of a response.
pub fn ts(response: &Json) -> Timestamp {
    Timestamp::parse(response["ts"].as_str().unwrap_or_else(|| panic!("{response}"))).unwrap()
}
