//! Whatever is done with an admin key leaves a line in the log: who, what, for whom, and how it ended.

#[path = "support/mod.rs"]
mod support;

use std::{sync::LazyLock, time::Duration};

use data_encoding::BASE64;
use lunora_runtime::server::Server;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{app, journal::Journal, options};

/// A server on this thread, and its log.
struct Audited {
    tokio: tokio::runtime::Runtime,
    addr: std::net::SocketAddr,
    admin_key: String,
    journal: Journal,
}

impl Audited {
    fn start() -> Self {
        let tokio = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let (runtime, admin_key) = app::open(app::APP);
        let server = tokio.block_on(Server::bind(runtime, options())).unwrap();
        let addr = server.local_addr();
        tokio.spawn(server.run_until(std::future::pending()));
        Self {
            tokio,
            addr,
            admin_key,
            journal: Journal::default(),
        }
    }

    fn send(&self, request: &[u8]) -> String {
        let mut answer = vec![0; 4096];
        let length = self.tokio.block_on(async {
            let mut client = TcpStream::connect(self.addr).await.unwrap();
            client.write_all(request).await.unwrap();
            client.read(&mut answer).await.unwrap()
        });
        answer.truncate(length);
        String::from_utf8(answer).unwrap()
    }

    fn ask(&self, user: &str, path: &str) {
        let key = format!("{}{user}", self.admin_key);
        assert!(!self.send(&call(&key, path, r#"{"value":1}"#)).is_empty());
    }

    /// Makes a key through the server.
    fn create(&self, name: &str, scopes: &str) -> String {
        let body = format!(r#"{{"name":"{name}","scopes":{scopes}}}"#);
        let answer = self.send(&request("/api/admin/keys/create", &self.admin_key, &body));
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let made: serde_json::Value = serde_json::from_str(body).unwrap();
        made["key"].as_str().unwrap_or_default().to_owned()
    }

    fn lines(&self) -> Vec<String> {
        audit_lines(&self.journal.take())
    }
}

/// A request with a key, and perhaps a user after it.
fn request(address: &str, key: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {address} HTTP/1.1\r\nHost: x\r\nAuthorization: Convex {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn call(key: &str, path: &str, args: &str) -> Vec<u8> {
    request(
        "/api/function",
        key,
        &format!(r#"{{"path":"{path}","args":{args}}}"#),
    )
}

fn audit_lines(journal: &str) -> Vec<String> {
    let lines = journal.lines().filter(|line| line.contains("lunora::audit"));
    lines.map(str::to_owned).collect()
}

/// What is logged on threads that no test has: keys are managed where a thread may block.
static ELSEWHERE: LazyLock<Journal> = LazyLock::new(|| {
    let journal = Journal::default();
    tracing::subscriber::set_global_default(journal.clone()).unwrap();
    journal
});

#[test]
fn a_call_with_an_admin_key_leaves_one_line() {
    let server = Audited::start();
    let _recording = tracing::subscriber::set_default(server.journal.clone());
    server.ask("", "deep/er:purge");
    let lines = server.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    for part in ["admin", "deep/er:purge", "ok"] {
        assert!(lines[0].contains(part), "{part} in {lines:?}");
    }
    server.ask("", "no:such");
    assert!(server.lines()[0].contains("refused"));
    let user = BASE64.encode(br#"{"issuer":"https://issuer","subject":"somebody"}"#);
    server.ask(&format!(":{user}"), "deep/er:purge");
    let lines = server.lines();
    assert!(lines[0].contains("https://issuer|somebody"), "{lines:?}");
}

#[test]
fn a_client_that_hangs_up_leaves_its_line_too() {
    let server = Audited::start();
    let _recording = tracing::subscriber::set_default(server.journal.clone());
    let request = call(&server.admin_key, "slow:sleep", "{}");
    let lines = server.tokio.block_on(async {
        let mut client = TcpStream::connect(server.addr).await.unwrap();
        client.write_all(&request).await.unwrap();
        drop(client);
        let line = async {
            loop {
                let lines = server.lines();
                if !lines.is_empty() {
                    return lines;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), line)
            .await
            .expect("the call ends and is recorded")
    });
    assert!(
        lines[0].contains("slow:sleep") && lines[0].contains("ok"),
        "{lines:?}"
    );
}

#[test]
fn whoever_manages_keys_leaves_a_line() {
    let elsewhere = &*ELSEWHERE;
    let server = Audited::start();
    let manage = |address: &str, body: &str| {
        server.send(&request(address, &server.admin_key, body));
        // Other tests make keys of other names at the same time.
        let mut lines = audit_lines(&elsewhere.take());
        lines.retain(|line| line.contains("=\"ci\""));
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains("key=\"admin\""), "{lines:?}");
        lines[0].clone()
    };
    let (create, revoke) = ("/api/admin/keys/create", "/api/admin/keys/revoke");
    let ci = r#"{"name":"ci","scopes":["act-as"]}"#;
    let made = manage(create, ci);
    for part in ["admin key created", "created=\"ci\"", "ActAs", "outcome=\"ok\""] {
        assert!(made.contains(part), "{made}");
    }
    assert!(manage(create, ci).contains("outcome=\"refused\""));
    let gone = manage(revoke, r#"{"name":"ci"}"#);
    for part in ["admin key revoked", "revoked=\"ci\"", "outcome=\"ok\""] {
        assert!(gone.contains(part), "{gone}");
    }
    assert!(manage(revoke, r#"{"name":"ci"}"#).contains("outcome=\"refused\""));
}

#[test]
fn a_key_that_does_not_open_a_door_leaves_a_line_all_the_same() {
    let server = Audited::start();
    let data = server.create("data", r#"["read-data"]"#);
    let _recording = tracing::subscriber::set_default(server.journal.clone());
    for request in [
        call(&data, "values:echo", "{}"),
        request(
            "/api/admin/keys/create",
            &data,
            r#"{"name":"x","scopes":["act-as"]}"#,
        ),
        request("/api/admin/keys/revoke", &data, r#"{"name":"admin"}"#),
    ] {
        assert!(server.send(&request).starts_with("HTTP/1.1 403"));
        let lines = server.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        for part in ["key=\"data\"", "run-internal", "forbidden"] {
            assert!(lines[0].contains(part), "{lines:?}");
        }
    }
}

#[test]
fn a_call_in_a_users_name_leaves_a_line() {
    let server = Audited::start();
    let user = BASE64.encode(br#"{"issuer":"https://issuer","subject":"somebody"}"#);
    let key = server.create("act", r#"["act-as"]"#);
    let _recording = tracing::subscriber::set_default(server.journal.clone());
    for (path, outcome) in [("values:who", "ok"), ("deep/er:purge", "refused")] {
        server.send(&call(&format!("{key}:{user}"), path, "{}"));
        let lines = server.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        for part in ["key=\"act\"", "https://issuer|somebody", path, outcome] {
            assert!(lines[0].contains(part), "{part} in {lines:?}");
        }
    }
}
