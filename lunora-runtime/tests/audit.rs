//! Calls with an admin key leave a line in the log: who, which function, for whom, and how it ended.

#[path = "support/mod.rs"]
mod support;

use std::time::Duration;

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

    fn request(&self, user: &str, path: &str, args: &str) -> Vec<u8> {
        let body = format!(r#"{{"path":"{path}","args":{args}}}"#);
        let key = &self.admin_key;
        format!(
            "POST /api/function HTTP/1.1\r\nHost: x\r\nAuthorization: Convex {key}{user}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    fn ask(&self, user: &str, path: &str) {
        let request = self.request(user, path, r#"{"value":1}"#);
        self.tokio.block_on(async {
            let mut client = TcpStream::connect(self.addr).await.unwrap();
            client.write_all(&request).await.unwrap();
            assert!(client.read(&mut [0; 1024]).await.unwrap() > 0);
        });
    }

    fn lines(&self) -> Vec<String> {
        let journal = self.journal.take();
        journal
            .lines()
            .filter(|line| line.contains("lunora::audit"))
            .map(str::to_owned)
            .collect()
    }
}

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
    let request = server.request("", "slow:sleep", "{}");
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
fn an_export_leaves_one_line() {
    let server = Audited::start();
    let _recording = tracing::subscriber::set_default(server.journal.clone());
    let key = &server.admin_key;
    let request = format!(
        "POST /api/admin/export HTTP/1.1\r\nHost: x\r\nAuthorization: Convex {key}\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n"
    );
    let lines = server.tokio.block_on(async {
        let mut client = TcpStream::connect(server.addr).await.unwrap();
        client.write_all(request.as_bytes()).await.unwrap();
        let mut reply = Vec::new();
        client.read_to_end(&mut reply).await.unwrap();
        assert!(reply.starts_with(b"HTTP/1.1 200"));
        let line = async {
            loop {
                let lines = server.lines();
                if !lines.is_empty() {
                    return lines;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), line).await.unwrap()
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    for part in ["admin", "data exported", "ok"] {
        assert!(lines[0].contains(part), "{part} in {lines:?}");
    }
}
