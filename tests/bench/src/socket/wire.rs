//! A client of a WebSocket that costs little: what is measured is the server.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{Outcome, load::contains};

const TEXT: u8 = 0x81;
const PONG: u8 = 0x8a;
/// A client has to mask what it sends. This mask changes nothing.
const MASK: [u8; 4] = [0; 4];

/// A connection.
pub(super) struct Wire {
    stream: TcpStream,
    input: Vec<u8>,
    /// So much of it was taken.
    taken: usize,
    output: Vec<u8>,
    requests: u32,
}

impl Wire {
    /// Connects, in a session of its own.
    pub(super) async fn open(addr: SocketAddr, number: usize) -> Outcome<Self> {
        let mut stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        let request = "GET /api/sync HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        stream.write_all(request.as_bytes()).await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        if !head.starts_with(b"HTTP/1.1 101 ") {
            return Err(String::from_utf8_lossy(&head).into());
        }
        let mut wire = Self {
            stream,
            input: Vec::new(),
            taken: 0,
            output: Vec::new(),
            requests: 0,
        };
        wire.push(&format!(
            r#"{{"type":"Connect","sessionId":"9e33c3f0-0000-4000-8000-{number:012x}","connectionCount":0,"lastCloseReason":"InitialConnect","clientTs":0}}"#
        ));
        Ok(wire)
    }

    /// Watches the balance of an account. Is sent with what is flushed next.
    pub(super) fn watch(&mut self, account: usize) {
        self.push(&format!(
            r#"{{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{{"type":"Add","queryId":0,"udfPath":"bank:balance","args":[{{"account":{account}}}]}}]}}"#
        ));
    }

    /// Moves a cent. Is sent with what is flushed next.
    pub(super) fn transfer(&mut self, from: u32, to: u32) {
        let id = self.requests;
        self.requests += 1;
        self.push(&format!(
            r#"{{"type":"Mutation","requestId":{id},"udfPath":"bank:transfer","args":[{{"from":{from},"to":{to},"amount":1}}]}}"#
        ));
    }

    fn push(&mut self, text: &str) {
        self.frame(TEXT, text.as_bytes());
    }

    fn frame(&mut self, first: u8, payload: &[u8]) {
        self.output.push(first);
        match u8::try_from(payload.len()) {
            Ok(length) if length < 126 => self.output.push(0x80 | length),
            _ => {
                self.output.push(0x80 | 0x7e);
                let length = u16::try_from(payload.len()).unwrap_or(u16::MAX);
                self.output.extend(length.to_be_bytes());
            }
        }
        self.output.extend(MASK);
        self.output.extend(payload);
    }

    /// Sends what waits.
    pub(super) async fn flush(&mut self) -> Outcome<()> {
        self.stream.write_all(&self.output).await?;
        self.output.clear();
        Ok(())
    }

    /// Waits for the answer to a transfer: whether it was done.
    pub(super) async fn answered(&mut self) -> Outcome<bool> {
        loop {
            if let Some(done) = answer(self.next().await?) {
                return Ok(done);
            }
        }
    }

    /// The same, if it has come already.
    pub(super) fn next_answer(&mut self) -> Option<bool> {
        loop {
            let (_, start, length) = frame(&self.input[self.taken..])?;
            let start = self.taken + start;
            self.taken = start + length;
            if let Some(done) = answer(&self.input[start..start + length]) {
                return Some(done);
            }
        }
    }

    /// Waits for a result of the query.
    pub(super) async fn updated(&mut self) -> Outcome<()> {
        while !contains(self.next().await?, br#""QueryUpdated""#) {}
        Ok(())
    }

    /// The next message.
    async fn next(&mut self) -> Outcome<&[u8]> {
        let payload = loop {
            let Some((first, start, length)) = frame(&self.input[self.taken..]) else {
                self.fill().await?;
                continue;
            };
            let start = self.taken + start;
            self.taken = start + length;
            match first & 0x0f {
                0x1 => break start..start + length,
                0x8 => return Err("the server has closed the connection".into()),
                0x9 => {
                    let payload = self.input[start..start + length].to_vec();
                    self.frame(PONG, &payload);
                    self.flush().await?;
                }
                _ => {}
            }
        };
        Ok(&self.input[payload])
    }

    async fn fill(&mut self) -> Outcome<()> {
        self.input.drain(..self.taken);
        self.taken = 0;
        if self.stream.read_buf(&mut self.input).await? == 0 {
            return Err("the connection has ended".into());
        }
        Ok(())
    }
}

/// The first frame, if it is there: its first byte, and where its payload starts and how long that is.
fn frame(input: &[u8]) -> Option<(u8, usize, usize)> {
    let (first, second) = (*input.first()?, *input.get(1)?);
    let (start, length) = match second {
        126 => (
            4,
            usize::from(u16::from_be_bytes(input.get(2..4)?.try_into().ok()?)),
        ),
        127 => {
            let length = u64::from_be_bytes(input.get(2..10)?.try_into().ok()?);
            (10, usize::try_from(length).ok()?)
        }
        length => (2, usize::from(length)),
    };
    (input.len() >= start + length).then_some((first, start, length))
}

fn answer(message: &[u8]) -> Option<bool> {
    message
        .starts_with(br#"{"type":"MutationResponse""#)
        .then(|| contains(message, br#""success":true"#))
}
