//! The refusal of an internal function is the work of the refusal of a missing one: as many look-ups, as many
//! allocations of as many bytes, the same lines in the log. Counted, because a stopwatch proves nothing.

#[path = "support/mod.rs"]
mod support;

use std::{
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use allocation_counter::AllocationInfo;
use lunora_runtime::{
    functions::{Clock, Runtime, SystemClock},
    server::Server,
    testing::TestIssuer,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{app, client::without_request_id, journal::Journal, options};

/// A server and its client on this thread alone, so that all that either does is counted.
struct Bench {
    tokio: tokio::runtime::Runtime,
    runtime: Runtime,
    client: TcpStream,
    issuer: TestIssuer,
    _alone: MutexGuard<'static, ()>,
}

/// What one refused call cost.
#[derive(Debug, PartialEq)]
struct Work {
    lookups: u64,
    allocations: u64,
    bytes: u64,
}

impl Bench {
    fn start() -> Self {
        // What is recorded is decided once for all threads, so tests that record and others take turns.
        static TURN: Mutex<()> = Mutex::new(());
        let alone = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let tokio = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let issuer = TestIssuer::new("https://issuer.example", "test-app");
        let (runtime, _) = app::open(app::APP.trust(issuer.trusted()));
        let server = tokio.block_on(Server::bind(runtime.clone(), options())).unwrap();
        let addr: SocketAddr = server.local_addr();
        tokio.spawn(server.run_until(std::future::pending()));
        let client = tokio.block_on(TcpStream::connect(addr)).unwrap();
        Self {
            tokio,
            runtime,
            client,
            issuer,
            _alone: alone,
        }
    }

    fn ask(&mut self, request: &[u8]) -> String {
        let mut answer = [0; 2048];
        let length = self.tokio.block_on(async {
            self.client.write_all(request).await.unwrap();
            self.client.read(&mut answer).await.unwrap()
        });
        str::from_utf8(&answer[..length]).unwrap().to_owned()
    }

    /// The least that the call costs: now and then the server does something else as well, such as writing the time.
    fn work(&mut self, request: &[u8]) -> Work {
        let least = |left: AllocationInfo, right: AllocationInfo| {
            if right.count_total < left.count_total {
                right
            } else {
                left
            }
        };
        let before = self.runtime.public().lookups();
        let runs = 50;
        let counted = (0..runs).map(|_| {
            allocation_counter::measure(|| {
                assert!(self.ask(request).contains("Could not find"));
            })
        });
        let counted = counted.reduce(least).unwrap();
        let lookups = self.runtime.public().lookups() - before;
        assert_eq!(lookups % runs, 0);
        Work {
            lookups: lookups / runs,
            allocations: counted.count_total,
            bytes: counted.bytes_total,
        }
    }
}

/// Requests that name an internal function and a missing one of the same length, on every route that calls, by nobody
/// and by a user.
fn requests(issuer: &TestIssuer) -> Vec<[Vec<u8>; 2]> {
    let token = issuer.token("ada", SystemClock.now());
    let user = format!("Authorization: Bearer {token}\r\n");
    [requests_with(""), requests_with(&user)].concat()
}

fn requests_with(headers: &str) -> Vec<[Vec<u8>; 2]> {
    let names = [
        ("values", "hidden", "hiddex"),
        ("deep/er", "purge", "purgx"),
        ("deep/er", "sweep", "sweex"),
    ];
    let request = |address: &str, body: &str| {
        let head = format!("POST {address} HTTP/1.1\r\nHost: x\r\n{headers}Content-Type: application/json");
        format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    let get = |module: &str, name: &str| {
        format!("GET /api/query?path={module}:{name}&args={{}} HTTP/1.1\r\nHost: x\r\n{headers}\r\n")
            .into_bytes()
    };
    let mut requests = Vec::new();
    for (module, internal, missing) in names {
        requests.push([get(module, internal), get(module, missing)]);
        for args in ["{}", r#"{"value":1}"#, r#"{"value":"x"}"#] {
            let body = |name: &str| format!(r#"{{"path":"{module}:{name}","args":{args}}}"#);
            for route in ["query", "mutation", "action", "function"] {
                let route = format!("/api/{route}");
                requests.push([internal, missing].map(|name| request(&route, &body(name))));
            }
            let address = |name: &str| format!("/api/run/{module}/{name}");
            requests.push([internal, missing].map(|name| request(&address(name), &body(name))));
        }
    }
    requests
}

#[test]
fn an_internal_and_a_missing_function_cost_the_same() {
    let mut bench = Bench::start();
    for [internal, missing] in requests(&bench.issuer) {
        bench.ask(&internal);
        bench.ask(&missing);
        let (internal_work, missing_work) = (bench.work(&internal), bench.work(&missing));
        assert_eq!(
            internal_work,
            missing_work,
            "{}",
            String::from_utf8_lossy(&internal)
        );
        assert_eq!(internal_work.lookups, 1);
        assert!(internal_work.allocations > 0, "something is counted");
    }
}

#[test]
fn an_internal_and_a_missing_function_leave_the_same_lines() {
    let journal = Journal::default();
    let mut bench = Bench::start();
    let _recording = tracing::subscriber::set_default(journal.clone());
    for [internal, missing] in requests(&bench.issuer) {
        let lines = [internal, missing].map(|request| {
            journal.take();
            bench.ask(&request);
            journal.take()
        });
        assert_eq!(
            lines[0],
            lines[1]
                .replace("hiddex", "hidden")
                .replace("purgx", "purge")
                .replace("sweex", "sweep")
        );
        assert!(
            lines[0].contains("answered"),
            "something is recorded: {}",
            lines[0]
        );
    }
}

#[test]
fn the_answers_compared_are_refusals() {
    let mut bench = Bench::start();
    for [internal, missing] in requests(&bench.issuer) {
        let [internal, missing] = [internal, missing].map(|request| without_request_id(&bench.ask(&request)));
        assert_eq!(internal.len(), missing.len());
        assert!(internal.starts_with("HTTP/1.1 200 OK\r\n"), "{internal}");
    }
}
