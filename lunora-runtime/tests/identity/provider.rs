//! An OIDC provider on a real socket, which does as the test says.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

use serde_json::json;

use crate::mint::{Signer, key_set};

/// A provider, and what it was asked.
pub(crate) struct Provider {
    pub(crate) addr: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    script: Mutex<Script>,
    changed: Condvar,
}

#[derive(Default)]
struct Script {
    discovery: Answer,
    keys: Answer,
    asked: Vec<String>,
    /// Bytes of bodies that the other side's machine has taken.
    sent: usize,
    released: bool,
}

/// What it does with a request.
#[derive(Debug, Clone, Default)]
pub(crate) enum Answer {
    /// Hangs up.
    #[default]
    Nothing,
    Json(String),
    Status(u16),
    Redirect(String),
    /// Takes the request and says nothing, until [`Provider::release`]; then answers.
    Held(String),
    /// Sends a letter now and then, without end.
    Drip,
    /// Sends so many bytes, with or without having said how many there will be.
    Garbage {
        bytes: usize,
        announced: bool,
    },
}

impl Provider {
    /// One whose discovery document is in order and whose keys are those of `signers`.
    pub(crate) fn start(signers: &[&Signer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let provider = Self {
            addr: listener.local_addr().unwrap(),
            state: Arc::default(),
        };
        let discovery = provider.discovery();
        provider.discovers(Answer::Json(discovery));
        provider.publishes(signers);
        let state = Arc::clone(&provider.state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&state);
                // A broken pipe ends a connection and nothing else.
                thread::spawn(move || drop(state.serve(stream)));
            }
        });
        provider
    }

    /// Its name: the `iss` of its tokens.
    pub(crate) fn issuer(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub(crate) fn keys_address(&self) -> String {
        format!("http://{}/keys", self.addr)
    }

    fn discovery(&self) -> String {
        json!({"issuer": self.issuer(), "jwks_uri": self.keys_address(), "authorization_endpoint": "x"})
            .to_string()
    }

    pub(crate) fn discovers(&self, answer: Answer) {
        self.state.script.lock().unwrap().discovery = answer;
    }

    pub(crate) fn answers(&self, answer: Answer) {
        self.state.script.lock().unwrap().keys = answer;
    }

    pub(crate) fn publishes(&self, signers: &[&Signer]) {
        self.answers(Answer::Json(key_set(signers)));
    }

    /// Lets what is held go, now and from now on.
    pub(crate) fn release(&self) {
        self.state.script.lock().unwrap().released = true;
        self.state.changed.notify_all();
    }

    /// How often the keys were asked for.
    pub(crate) fn fetches(&self) -> usize {
        let script = self.state.script.lock().unwrap();
        script.asked.iter().filter(|path| *path == "/keys").count()
    }

    /// All that was asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.script.lock().unwrap().asked.clone()
    }

    pub(crate) fn sent(&self) -> usize {
        self.state.script.lock().unwrap().sent
    }

    /// Waits until the keys have been asked for so often in all.
    pub(crate) fn wait_for_fetches(&self, count: usize) {
        let enough =
            |script: &mut Script| script.asked.iter().filter(|path| *path == "/keys").count() < count;
        let script = self.state.script.lock().unwrap();
        let (script, timeout) = self
            .state
            .changed
            .wait_timeout_while(script, Duration::from_mins(1), enough)
            .unwrap();
        assert!(!timeout.timed_out(), "{:?}", script.asked);
    }
}

impl State {
    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            while line != "\r\n" {
                line.clear();
                if stream.read_line(&mut line)? == 0 {
                    return Ok(());
                }
            }
            let answer = self.note(path);
            self.answer(stream.get_mut(), answer)?;
        }
    }

    fn note(&self, path: String) -> Answer {
        let mut script = self.script.lock().unwrap();
        let answer = match path.as_str() {
            "/.well-known/openid-configuration" => script.discovery.clone(),
            "/keys" => script.keys.clone(),
            _ => Answer::Status(404),
        };
        script.asked.push(path);
        self.changed.notify_all();
        answer
    }

    fn answer(&self, stream: &mut TcpStream, answer: Answer) -> std::io::Result<()> {
        match answer {
            Answer::Nothing => Err(std::io::ErrorKind::Other.into()),
            Answer::Json(body) => reply(stream, "200 OK", "", &body),
            Answer::Status(status) => reply(stream, &format!("{status} Status"), "", "{}"),
            Answer::Redirect(to) => reply(stream, "302 Found", &format!("Location: {to}\r\n"), ""),
            Answer::Held(body) => {
                let script = self.script.lock().unwrap();
                drop(
                    self.changed
                        .wait_while(script, |script| !script.released)
                        .unwrap(),
                );
                reply(stream, "200 OK", "", &body)
            }
            Answer::Drip => {
                write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")?;
                loop {
                    stream.write_all(b" ")?;
                    thread::sleep(Duration::from_millis(20));
                }
            }
            Answer::Garbage { bytes, announced } => self.send_garbage(stream, bytes, announced),
        }
    }

    fn send_garbage(&self, stream: &mut TcpStream, bytes: usize, announced: bool) -> std::io::Result<()> {
        const PIECE: usize = 64 << 10;
        if announced {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n")?;
        } else {
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
        }
        let piece = vec![b'['; PIECE];
        for _ in 0..bytes / PIECE {
            stream.write_all(&piece)?;
            self.script.lock().unwrap().sent += PIECE;
        }
        Err(std::io::ErrorKind::Other.into())
    }
}

fn reply(stream: &mut TcpStream, status: &str, headers: &str, body: &str) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
