//! A client that survives its server: every failure of the connection is a value.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::{Value, json};

/// One connection, kept alive.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
}

/// An answer with its body read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
}

/// What a function did.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Success(Value),
    Failure { message: String, data: Option<Value> },
}

/// Longer than anything here takes: a server that hangs fails the test and does not hang it.
const PATIENCE: Duration = Duration::from_mins(1);

impl Client {
    pub fn connect(addr: SocketAddr) -> io::Result<Self> {
        let tcp = TcpStream::connect(addr)?;
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream: BufReader::new(tcp),
        })
    }

    pub fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &Value) -> io::Result<Reply> {
        self.post_text(path, headers, &body.to_string())
    }

    pub fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> io::Result<Reply> {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: test\r\n"), headers, "")
    }

    /// A body that is sent as it is.
    pub fn post_text(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> io::Result<Reply> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
        self.send(&request, headers, body)
    }

    fn send(&mut self, head: &str, headers: &[(&str, &str)], body: &str) -> io::Result<Reply> {
        let mut request = head.to_owned();
        for (name, value) in headers {
            request += &[name, ": ", value, "\r\n"].concat();
        }
        request += "\r\n";
        request += body;
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.reply()
    }

    /// Reads until the connection ends, and says how many bytes that were.
    pub fn rest(&mut self) -> io::Result<usize> {
        self.stream.read_to_end(&mut Vec::new())
    }

    fn reply(&mut self) -> io::Result<Reply> {
        let status = self.line()?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| broken("no status"))?;
        let mut length = 0;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(text) = line.strip_prefix("content-length:") {
                length = text.trim().parse().map_err(|_| broken("no length"))?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let body = serde_json::from_slice(&body)?;
        Ok(Reply { status, body })
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let line = line.strip_suffix("\r\n");
        line.map(str::to_owned)
            .ok_or_else(|| broken("the connection ended"))
    }

    /// Calls a function as `kind` says (`query`, `mutation`, `action`); a status other than 200 is an error.
    pub fn call(&mut self, kind: &str, function: &str, args: &Value) -> io::Result<Outcome> {
        self.call_with(&[], kind, function, args)
    }

    /// Calls a mutation that is not to be run twice.
    pub fn call_once(&mut self, key: &str, function: &str, args: &Value) -> io::Result<Outcome> {
        self.call_with(&[("Idempotency-Key", key)], "mutation", function, args)
    }

    pub fn call_with(
        &mut self,
        headers: &[(&str, &str)],
        kind: &str,
        function: &str,
        args: &Value,
    ) -> io::Result<Outcome> {
        let body = json!({"path": function, "format": "convex_encoded_json", "args": args});
        let Reply { status, mut body } = self.post(&format!("/api/{kind}"), headers, &body)?;
        if status != 200 {
            return Err(io::Error::other(format!("{status}: {body}")));
        }
        match body["status"].as_str() {
            Some("success") => Ok(Outcome::Success(body["value"].take())),
            Some("error") => Ok(Outcome::Failure {
                message: body["errorMessage"].as_str().unwrap_or_default().to_owned(),
                data: body.get("errorData").cloned(),
            }),
            _ => Err(io::Error::other(format!("neither success nor error: {body}"))),
        }
    }
}

impl Outcome {
    #[track_caller]
    pub fn unwrap(self) -> Value {
        match self {
            Self::Success(value) => value,
            Self::Failure { message, data } => panic!("the call failed: {message} {data:?}"),
        }
    }

    /// The message and data of a failure.
    #[track_caller]
    pub fn unwrap_failure(self) -> (String, Option<Value>) {
        match self {
            Self::Success(value) => panic!("the call succeeded: {value}"),
            Self::Failure { message, data } => (message, data),
        }
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, what)
}
