//! The test's own table of routes: what a request looks like that names a function there.

use std::fmt::Write;

use lunora_core::reference::Kind;
use lunora_runtime::server::Verb;

use super::probe::Request;

/// A route, and how to name a function on it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) verb: Verb,
    pub(crate) path: &'static str,
    /// The kind that the route calls; none for all of them.
    pub(crate) kind: Option<Kind>,
    names_by: NamesBy,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum NamesBy {
    /// The route calls nothing; the name stands everywhere.
    Nothing,
    /// The same, where the name is the address of a file.
    File,
    Body,
    QueryString,
    Address,
    /// The body, with the timestamp of an old commit.
    BodyWithTimestamp,
    /// A query of a batch, between two others.
    Batch,
}

const fn entry(verb: Verb, path: &'static str, kind: Option<Kind>, names_by: NamesBy) -> Entry {
    Entry {
        verb,
        path,
        kind,
        names_by,
    }
}

/// One line for each route of the server, in its order.
pub(crate) const ENTRIES: &[Entry] = &[
    entry(Verb::Get, "/", None, NamesBy::Nothing),
    entry(Verb::Get, "/health", None, NamesBy::Nothing),
    entry(Verb::Get, "/version", None, NamesBy::Nothing),
    entry(Verb::Get, "/instance_version", None, NamesBy::Nothing),
    entry(Verb::Get, "/instance_name", None, NamesBy::Nothing),
    entry(Verb::Post, "/api/query", Some(Kind::Query), NamesBy::Body),
    entry(Verb::Get, "/api/query", Some(Kind::Query), NamesBy::QueryString),
    entry(Verb::Post, "/api/mutation", Some(Kind::Mutation), NamesBy::Body),
    entry(Verb::Post, "/api/action", Some(Kind::Action), NamesBy::Body),
    entry(Verb::Post, "/api/function", None, NamesBy::Body),
    entry(Verb::Post, "/api/run/{*path}", None, NamesBy::Address),
    entry(Verb::Post, "/api/query_ts", None, NamesBy::Nothing),
    entry(
        Verb::Post,
        "/api/query_at_ts",
        Some(Kind::Query),
        NamesBy::BodyWithTimestamp,
    ),
    entry(Verb::Post, "/api/query_batch", Some(Kind::Query), NamesBy::Batch),
    // What is said over a WebSocket is in `socket`.
    entry(Verb::Get, "/api/sync", None, NamesBy::Nothing),
    entry(Verb::Get, "/api/{version}/sync", None, NamesBy::Nothing),
    entry(Verb::Post, "/api/admin/export", None, NamesBy::Nothing),
    entry(Verb::Get, "/api/admin/keys", None, NamesBy::Nothing),
    entry(Verb::Post, "/api/admin/keys/create", None, NamesBy::Nothing),
    entry(Verb::Post, "/api/admin/keys/revoke", None, NamesBy::Nothing),
    entry(Verb::Post, "/api/admin/jobs/list", None, NamesBy::Nothing),
    entry(Verb::Post, "/api/admin/jobs/show", None, NamesBy::Nothing),
    entry(Verb::Post, "/api/admin/jobs/cancel", None, NamesBy::Nothing),
    entry(Verb::Post, "/api/admin/jobs/retry", None, NamesBy::Nothing),
    entry(Verb::Get, "/api/admin/crons", None, NamesBy::Nothing),
    entry(Verb::Post, "/api/admin/crons/run", None, NamesBy::Nothing),
    entry(Verb::Post, "/api/admin/logs", None, NamesBy::Nothing),
    entry(Verb::Get, "/{*path}", None, NamesBy::File),
];

/// Routes of HTTP actions, which an application may have: the name of a function is part of the address, the query string
/// and the body there.
pub(crate) const HTTP_ACTIONS: &[Entry] = &[
    entry(Verb::Get, "/web/{*path}", None, NamesBy::File),
    entry(Verb::Post, "/web/{*path}", None, NamesBy::File),
    entry(Verb::Post, "/web", None, NamesBy::Nothing),
];

impl Entry {
    /// What the body has to be for this route, out of the one that names a function.
    pub(crate) fn body(&self, call: &str) -> String {
        let other = r#"{"path":"values:nothing","args":{"value":1}}"#;
        match self.names_by {
            // Commit 1, which is on disk everywhere.
            NamesBy::BodyWithTimestamp => call.replacen('{', r#"{"ts":"AQAAAAAAAAA=","#, 1),
            NamesBy::Batch => format!(r#"{{"queries":[{other},{call},{other}]}}"#),
            _ => call.to_owned(),
        }
    }

    pub(crate) fn calls(&self) -> bool {
        !matches!(self.names_by, NamesBy::Nothing | NamesBy::File)
    }

    /// A request that names a function by `path`, as it would stand in a JSON string.
    pub(crate) fn request(&self, path: &str, args: &str, headers: &str) -> Request {
        let body = self.body(&format!(r#"{{"path":"{path}","args":{args}}}"#));
        let query = format!("path={}&args={}", encode(path, b""), encode(args, b""));
        let address = match self.names_by {
            NamesBy::Body | NamesBy::BodyWithTimestamp | NamesBy::Batch => self.path.to_owned(),
            NamesBy::QueryString | NamesBy::Nothing => {
                format!("{}?{query}", self.path.replace("{version}", "1.48.0"))
            }
            NamesBy::Address => self.path.replace("{*path}", &address(path)),
            NamesBy::File => format!("{}?{query}", self.path.replace("{*path}", &address(path))),
        };
        let method = match self.verb {
            Verb::Get => "GET",
            Verb::Post => "POST",
        };
        Request {
            method: method.to_owned(),
            address,
            headers: headers.to_owned(),
            body,
        }
    }
}

/// `module:function` as `module/function`, with everything else as it is as far as an address can hold it.
fn address(path: &str) -> String {
    let path = match path.rsplit_once(':') {
        Some((module, function)) => format!("{module}/{function}"),
        None => path.to_owned(),
    };
    // Escapes that the path itself has are left for the server to undo.
    encode(&path, b"/%.")
}

/// Undoes the escapes of JSON, and escapes for an address.
fn encode(text: &str, plain: &[u8]) -> String {
    let text: String = serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.to_owned());
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'_' || plain.contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").unwrap();
        }
    }
    out
}
