//! Sending the same request for two names and comparing the answers.

use std::collections::HashSet;

use crate::support::{Connection, Reply, Running, client::without_request_id};

/// A request, before it is bytes.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) address: String,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn by(self, method: &str) -> Self {
        Self {
            method: method.to_owned(),
            ..self
        }
    }

    pub(crate) fn with_body(self, body: String) -> Self {
        Self { body, ..self }
    }

    fn head(&self) -> String {
        let Self {
            method,
            address,
            headers,
            ..
        } = self;
        format!("{method} {address} HTTP/1.1\r\nContent-Type: application/json\r\n{headers}")
    }

    pub(crate) fn send(&self, connection: &mut Connection) -> Reply {
        connection.ask(&self.head(), self.body.as_bytes())
    }

    fn bytes(&self) -> Vec<u8> {
        [self.head().as_bytes(), self.body.as_bytes()].concat()
    }
}

/// The same request for an internal function and for one that does not exist.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) internal: Request,
    pub(crate) missing: Request,
}

/// Compares answers, over one connection for as long as the server keeps it.
pub(crate) struct Prober<'a> {
    server: &'a Running,
    connection: Connection,
    pub(crate) compared: usize,
}

impl<'a> Prober<'a> {
    pub(crate) fn new(server: &'a Running) -> Self {
        Self {
            server,
            connection: server.connect(),
            compared: 0,
        }
    }

    /// Fails unless the pair is answered alike.
    pub(crate) fn compare(&mut self, pair: &Pair) {
        if let Some(difference) = self.difference(pair) {
            panic!("{difference}: {pair:#?}");
        }
        self.compared += 1;
    }

    /// What tells the answers to a pair apart, or that the function ran.
    pub(crate) fn difference(&mut self, pair: &Pair) -> Option<String> {
        let (internal, missing) = (self.ask(&pair.internal), self.ask(&pair.missing));
        // An export is not text.
        let [there, not_there] = [&internal, &missing].map(|reply| String::from_utf8_lossy(&reply.body));
        if there.contains(r#""status":"success""#) {
            return Some("it ran".to_owned());
        }
        if (internal.status, shown_headers(&internal)) != (missing.status, shown_headers(&missing)) {
            return Some(format!("{internal:?} {missing:?}"));
        }
        let bodies = (without_request_id(&there), without_request_id(&not_there));
        let sent =
            substitutions(&pair.internal.bytes(), &pair.missing.bytes()).expect("requests of one length");
        match substitutions(bodies.0.as_bytes(), bodies.1.as_bytes()) {
            Some(found) if found.is_subset(&sent) => None,
            _ => Some(format!("{} {}", bodies.0, bodies.1)),
        }
    }

    fn ask(&mut self, request: &Request) -> Reply {
        let reply = request.send(&mut self.connection);
        if reply.header("connection") == Some("close") {
            self.connection = self.server.connect();
        }
        reply
    }
}

/// All headers but the date.
fn shown_headers(reply: &Reply) -> Vec<&(String, String)> {
    reply.headers.iter().filter(|(name, _)| name != "date").collect()
}

/// Which bytes stand in the one text where others stand in the other one; nothing if one is longer.
pub(crate) fn substitutions(left: &[u8], right: &[u8]) -> Option<HashSet<(u8, u8)>> {
    let pairs = left.iter().copied().zip(right.iter().copied());
    (left.len() == right.len()).then(|| pairs.filter(|(left, right)| left != right).collect())
}
