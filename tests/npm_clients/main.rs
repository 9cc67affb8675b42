//! The official JavaScript clients, unmodified, against a real server: the scripts are in `tests/npm`.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
    path::Path,
    thread,
    time::Duration,
};

use lunora::testing::TestIssuer;
use tempfile::TempDir;

use crate::support::{
    npm, program,
    server::{Process, Server, serve},
};

#[path = "../support/mod.rs"]
mod support;

/// Runs a script against a new server of the fixture. A script that fails says why.
fn run(script: &str, args: &[&str]) {
    let data = TempDir::new().unwrap();
    let server = Server::start(&program::fixture(), data.path());
    run_against(&server, script, args);
}

fn run_against(server: &Server, script: &str, args: &[&str]) {
    let address = format!("http://{}", server.addr());
    let finished = npm::run(npm::node().arg(script).arg(address).args(args));
    assert_eq!(finished.code, Some(0), "{script}: {finished:?}");
    assert!(finished.stdout.ends_with("all well\n"), "{script}: {finished:?}");
}

#[test]
fn http_client() {
    run("http.js", &[]);
}

#[test]
fn browser_client() {
    run("browser.js", &[]);
}

#[test]
fn browser_client_over_connections_that_break() {
    run("reconnect.js", &[]);
}

#[test]
fn react_hooks() {
    run("react.js", &[]);
}

#[test]
fn token_cycle() {
    let data = TempDir::new().unwrap();
    let issuer = TestIssuer::new("https://issuer.example", "test-app");
    let keys = data.path().join("keys.json");
    fs::write(&keys, issuer.jwks()).unwrap();
    let server = trusting(&data.path().join("data"), &keys);
    let now = now();
    let token = |lifetime| issuer.sign(&issuer.claims("ada", now, lifetime));
    let (first, second) = (token(Duration::from_mins(10)), token(Duration::from_mins(20)));
    let old = issuer.sign(&issuer.claims("ada", now - Duration::from_hours(2), Duration::from_hours(1)));
    run_against(&server, "tokens.js", &[&first, &second, &old]);
}

#[test]
fn token_that_ends() {
    let data = TempDir::new().unwrap();
    let issuer = TestIssuer::new("https://issuer.example", "test-app");
    let keys = data.path().join("keys.json");
    fs::write(&keys, issuer.jwks()).unwrap();
    let server = trusting(&data.path().join("data"), &keys);
    let provider = hand_out_tokens(issuer);
    run_against(&server, "token_end.js", &[&format!("http://{provider}")]);
}

/// A provider of tokens: `GET /<seconds since it was issued>/<seconds that are left>`.
fn hand_out_tokens(issuer: TestIssuer) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut lines = stream.by_ref().lines().map_while(Result::ok);
            let request = lines.next().unwrap();
            for _ in lines.take_while(|line| !line.is_empty()) {}
            let token = token_for(&issuer, &request);
            let answer = format!(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{token}",
                token.len()
            );
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    addr
}

fn token_for(issuer: &TestIssuer, request: &str) -> String {
    let path = request.split(' ').nth(1).unwrap();
    let mut seconds = path.split('/').skip(1).map(|part| part.parse().unwrap());
    let (age, left) = (seconds.next().unwrap(), seconds.next().unwrap());
    let issued = now() - Duration::from_secs(age);
    issuer.sign(&issuer.claims("ada", issued, Duration::from_secs(age + left)))
}

fn now() -> lunora::Time {
    std::time::SystemTime::now().into()
}

fn trusting(data: &Path, keys: &Path) -> Server {
    let mut command = serve(&program::fixture(), data);
    let trust = format!(
        "issuer=https://issuer.example,audience=test-app,jwks={}",
        keys.display()
    );
    Process::start(command.args(["--trust", &trust])).serving()
}

#[test]
fn convex_run_of_an_internal_function() {
    let data = TempDir::new().unwrap();
    let server = Server::start(&program::fixture(), data.path());
    let key = fs::read_to_string(data.path().join("admin-key")).unwrap();
    let args = r#"{"channel":"general"}"#;
    let convex = |key: &str| {
        let mut convex = npm::program("convex");
        convex
            .args(["run", "messages:internalCount", args])
            .current_dir(npm::directory())
            .env("CONVEX_SELF_HOSTED_URL", format!("http://{}", server.addr()))
            .env("CONVEX_SELF_HOSTED_ADMIN_KEY", key);
        npm::run(&mut convex)
    };
    let finished = convex(key.trim());
    assert_eq!(
        (finished.code, finished.stdout.trim()),
        (Some(0), "0"),
        "{finished:?}"
    );
    assert_ne!(convex("not the key").code, Some(0));
}
