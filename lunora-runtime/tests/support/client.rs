//! HTTP/1.1 by hand.

use std::{
    fmt,
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

/// A connection that is kept alive.
pub struct Connection {
    tcp: TcpStream,
    /// Bytes that were read beyond the last answer.
    read: Vec<u8>,
}

/// An answer.
#[derive(Clone, PartialEq)]
pub struct Reply {
    pub status: u16,
    /// Names in lower case, in the order of arrival.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Connection {
    pub fn to(addr: SocketAddr) -> Self {
        let tcp = TcpStream::connect(addr).unwrap();
        tcp.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        tcp.set_nodelay(true).unwrap();
        Self {
            tcp,
            read: Vec::new(),
        }
    }

    /// Sends bytes as they are. An error is the server's right: it may have closed.
    pub fn send(&mut self, bytes: &[u8]) {
        let _ = self.tcp.write_all(bytes);
    }

    /// Sends a request whose head lacks `Host`, `Content-Length` and its end.
    pub fn send_request(&mut self, head: &str, body: &[u8]) {
        let mut request = format!("{head}Host: test\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
        request.extend_from_slice(body);
        self.send(&request);
    }

    /// Sends a request and reads its answer.
    pub fn ask(&mut self, head: &str, body: &[u8]) -> Reply {
        self.send_request(head, body);
        self.reply_to(head.starts_with("HEAD "))
            .expect("the server answers")
    }

    /// Reads an answer; nothing if the connection ends instead.
    pub fn reply(&mut self) -> Option<Reply> {
        self.reply_to(false)
    }

    fn reply_to(&mut self, to_head: bool) -> Option<Reply> {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            self.read_more()?;
        };
        let head: Vec<u8> = self.read.drain(..end + 4).collect();
        let (status, headers) = parse_head(&String::from_utf8(head).unwrap());
        if status == 100 {
            return self.reply_to(to_head);
        }
        let mut reply = Reply {
            status,
            headers,
            body: Vec::new(),
        };
        if !to_head && reply.header("transfer-encoding") == Some("chunked") {
            reply.body = self.chunks()?;
            return Some(reply);
        }
        let length = if to_head {
            0
        } else {
            reply
                .header("content-length")
                .map_or(0, |text| text.parse().unwrap())
        };
        while self.read.len() < length {
            self.read_more()?;
        }
        reply.body = self.read.drain(..length).collect();
        Some(reply)
    }

    /// A body in chunks; nothing if the connection ends before the last one.
    fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(at) = self.read.windows(2).position(|two| two == b"\r\n") {
                    break at;
                }
                self.read_more()?;
            };
            let line: Vec<u8> = self.read.drain(..end + 2).collect();
            let length = usize::from_str_radix(str::from_utf8(&line).unwrap().trim(), 16).unwrap();
            while self.read.len() < length + 2 {
                self.read_more()?;
            }
            body.extend(self.read.drain(..length));
            self.read.drain(..2);
            if length == 0 {
                return Some(body);
            }
        }
    }

    fn read_more(&mut self) -> Option<()> {
        let mut piece = vec![0; 65536];
        match self.tcp.read(&mut piece) {
            Ok(0) | Err(_) => None,
            Ok(count) => {
                self.read.extend_from_slice(&piece[..count]);
                Some(())
            }
        }
    }

    /// Bytes that come next; nothing if the connection ends.
    pub fn bytes(&mut self) -> Option<Vec<u8>> {
        if self.read.is_empty() {
            self.read_more()?;
        }
        Some(std::mem::take(&mut self.read))
    }

    /// Whether the server has ended the connection, waiting for it until `limit`.
    pub fn ends_within(&mut self, limit: Duration) -> bool {
        self.tcp.set_read_timeout(Some(limit)).unwrap();
        match self.tcp.read(&mut [0; 1]) {
            Ok(count) => count == 0,
            Err(error) => !matches!(
                error.kind(),
                std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
            ),
        }
    }

    pub fn close_write(&self) {
        self.tcp.shutdown(Shutdown::Write).unwrap();
    }

    /// Waits until at least one byte of an answer is there, and takes none.
    pub fn wait_for_bytes(&self) {
        self.tcp.peek(&mut [0; 1]).unwrap();
    }
}

fn parse_head(head: &str) -> (u16, Vec<(String, String)>) {
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.map(|line| line.split_once(':').unwrap());
    (
        status,
        headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect(),
    )
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {:?} {}",
            self.status,
            self.headers,
            String::from_utf8_lossy(&self.body)
        )
    }
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(candidate, _)| candidate == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body with the request id taken out, which has to be there and to look like one.
    pub fn without_request_id(&self) -> String {
        without_request_id(self.text())
    }

    /// The code of a refused request.
    pub fn code(&self) -> String {
        let json = self.json();
        assert!(
            json["message"].as_str().is_some_and(|text| !text.is_empty()),
            "{json}"
        );
        assert_eq!(self.header("content-type"), Some("application/json"));
        json["code"].as_str().unwrap().to_owned()
    }
}

/// `text` with `ID` in place of every request id.
pub fn without_request_id(text: &str) -> String {
    const START: &str = "[Request ID: ";
    let mut parts = text.split(START);
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (id, rest) = part.split_once(']').unwrap();
        assert!(
            id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{id}"
        );
        out.push_str(START);
        out.push_str("ID]");
        out.push_str(rest);
    }
    out
}
