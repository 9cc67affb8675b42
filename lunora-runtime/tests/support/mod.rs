//! A server on a thread of its own, and a client that sends exactly the bytes it is told to.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

pub mod app;
pub mod client;
pub mod crowded;
pub mod hooks;
pub mod journal;
pub mod socket;
pub mod web;

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    thread::JoinHandle,
    time::Duration,
};

use lunora_runtime::{
    functions::{App, Clock, EngineOptions, FunctionInfo, Runtime, Scope, SystemClock},
    server::{Server, ServerLimits, ServerOptions},
    store::{Memory, Store},
    testing::TestIssuer,
};
use tokio::sync::oneshot;

pub use client::{Connection, Reply};
pub use socket::Socket;

/// A running server, stopped on drop.
pub struct Running {
    pub addr: SocketAddr,
    pub admin_key: String,
    /// An issuer that the application trusts.
    pub issuer: TestIssuer,
    pub runtime: Runtime,
    /// All functions of the application.
    pub functions: Vec<FunctionInfo>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Options for tests: a free port, and everything else as it is by default.
pub fn options() -> ServerOptions {
    ServerOptions {
        addr: SocketAddr::from(([127, 0, 0, 1], 0)),
        ..ServerOptions::default()
    }
}

/// Options with other limits.
pub fn limited(change: impl FnOnce(&mut ServerLimits)) -> ServerOptions {
    let mut options = options();
    change(&mut options.limits);
    options
}

/// Starts a server of the test application.
pub fn serve(options: ServerOptions) -> Running {
    serve_app(app::APP, options)
}

/// Starts a server of any application, which also trusts an issuer of the test's.
pub fn serve_app(app: App, options: ServerOptions) -> Running {
    serve_with(app, EngineOptions::default(), options)
}

/// The same with options of the engine.
pub fn serve_with(app: App, engine: EngineOptions, options: ServerOptions) -> Running {
    serve_on(Arc::new(Memory::new()), app, engine, options)
}

/// The same on a store.
pub fn serve_on(store: Arc<dyn Store>, app: App, engine: EngineOptions, options: ServerOptions) -> Running {
    let issuer = TestIssuer::new("https://issuer.example", "test-app");
    let app = app.trust(issuer.trusted());
    let (stop, stopped) = oneshot::channel();
    let (started, start) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        tokio.block_on(async move {
            let (runtime, admin_key) = app::open_on(store, app, engine);
            let server = Server::bind(runtime.clone(), options).await.unwrap();
            started.send((server.local_addr(), admin_key, runtime)).unwrap();
            server.run_until(async { drop(stopped.await) }).await.unwrap();
        });
    });
    let (addr, admin_key, runtime) = start.recv().unwrap();
    Running {
        addr,
        functions: app::functions(&runtime, &admin_key),
        admin_key,
        issuer,
        runtime,
        stop: Some(stop),
        thread: Some(thread),
    }
}

/// One server with default options for all tests that do not change it.
pub fn shared() -> &'static Running {
    static SHARED: OnceLock<Running> = OnceLock::new();
    SHARED.get_or_init(|| serve(options()))
}

impl Running {
    pub fn connect(&self) -> Connection {
        Connection::to(self.addr)
    }

    /// A WebSocket that has said who it is.
    pub fn socket(&self) -> Socket {
        Socket::connect(self.addr)
    }

    /// One request on a connection of its own.
    pub fn ask(&self, head: &str, body: &[u8]) -> Reply {
        self.connect().ask(head, body)
    }

    /// `POST` of JSON.
    pub fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Reply {
        self.post_with(path, "", body)
    }

    /// `POST` of JSON with more header lines, each ended by CRLF.
    pub fn post_with(&self, path: &str, headers: &str, body: impl AsRef<[u8]>) -> Reply {
        self.ask(
            &format!("POST {path} HTTP/1.1\r\nContent-Type: application/json\r\n{headers}"),
            body.as_ref(),
        )
    }

    /// The header line of an administrator.
    pub fn as_admin(&self) -> String {
        format!("Authorization: Convex {}\r\n", self.admin_key)
    }

    /// The header line of a user.
    pub fn as_user(&self, subject: &str) -> String {
        let token = self.issuer.token(subject, SystemClock.now());
        format!("Authorization: Bearer {token}\r\n")
    }

    /// The header line of the holder of a new key with these scopes, who may name a user after it.
    pub fn with_key(&self, name: &str, scopes: &[Scope], user: &str) -> String {
        let all = self.runtime.admin_keys().verify(&self.admin_key).unwrap();
        let manager = all.manage_keys().unwrap();
        let key = self.runtime.create_key(&manager, name, scopes).unwrap();
        format!("Authorization: Convex {}{user}\r\n", key.expose())
    }

    /// Asks the server to stop, and does not wait.
    pub fn begin_stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until the server is gone; true if it was within `limit`.
    pub fn stopped_within(&mut self, limit: Duration) -> bool {
        let end = std::time::Instant::now() + limit;
        while let Some(thread) = &self.thread {
            if thread.is_finished() {
                return true;
            }
            if std::time::Instant::now() > end {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        true
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.begin_stop();
        if let Some(thread) = self.thread.take() {
            let outcome = thread.join();
            if !std::thread::panicking() {
                outcome.unwrap();
            }
        }
    }
}
