//! Limits, each at the limit and one past it.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use lunora_runtime::functions::EngineOptions;

use crate::support::{
    Connection, Reply, Running,
    app::{APP, SLEEP, SLEPT},
    limited, options, serve, serve_with, shared,
};

const POST: &str = "POST /api/query HTTP/1.1\r\nContent-Type: application/json\r\n";

/// A call of `values:echo` whose body has `len` bytes.
fn echo_of(len: usize) -> Vec<u8> {
    let (before, after) = (r#"{"path":"values:echo","args":{"value":""#, r#""}}"#);
    let body = format!("{before}{}{after}", "x".repeat(len - before.len() - after.len()));
    assert_eq!(body.len(), len);
    body.into_bytes()
}

fn too_large(reply: &Reply, code: &str, limit: &str) {
    assert_eq!((reply.status, reply.code().as_str()), (413, code));
    assert!(reply.text().contains(limit), "{reply:?}");
}

fn overloaded(reply: &Reply, limit: &str) {
    assert_eq!((reply.status, reply.code().as_str()), (503, "Overloaded"));
    assert!(reply.text().contains(limit), "{reply:?}");
    assert_eq!(reply.header("retry-after"), Some("1"));
}

#[test]
fn the_default_body_limit_is_16_mib_and_a_little() {
    let limit = (16 << 20) + 2000;
    assert_eq!(shared().post("/api/query", echo_of(16 << 20)).status, 200);
    too_large(
        &shared().post("/api/query", echo_of(limit + 1)),
        "BodyTooLarge",
        "body_bytes",
    );
}

#[test]
fn body_bytes() {
    let server = serve(limited(|limits| limits.body_bytes = 1000));
    assert_eq!(server.post("/api/query", echo_of(1000)).status, 200);
    too_large(
        &server.post("/api/query", echo_of(1001)),
        "BodyTooLarge",
        "body_bytes",
    );

    let chunked = |body: &[u8]| {
        let mut connection = server.connect();
        connection.send(format!("{POST}Host: x\r\nTransfer-Encoding: chunked\r\n\r\n").as_bytes());
        for piece in body.chunks(100) {
            connection.send(format!("{:x}\r\n", piece.len()).as_bytes());
            connection.send(piece);
            connection.send(b"\r\n");
        }
        connection.send(b"0\r\n\r\n");
        connection.reply().unwrap()
    };
    assert_eq!(chunked(&echo_of(1000)).status, 200);
    too_large(&chunked(&echo_of(1001)), "BodyTooLarge", "body_bytes");
}

#[test]
fn a_client_that_asks_first_is_refused_before_it_sends() {
    let server = serve(limited(|limits| limits.body_bytes = 1000));
    let mut connection = server.connect();
    connection
        .send(format!("{POST}Host: x\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n").as_bytes());
    too_large(&connection.reply().unwrap(), "BodyTooLarge", "body_bytes");
}

#[test]
fn argument_bytes() {
    // The arguments count 2 for the object, 5 + 1 for the name, 2 for the string, and its length.
    let around = r#"{"path":"values:echo","args":{"value":""}}"#.len();
    let mut engine = EngineOptions::default();
    engine.calls.argument_bytes = 510;
    let server = serve_with(APP, engine, options());
    assert_eq!(server.post("/api/query", echo_of(around + 500)).status, 200);
    too_large(
        &server.post("/api/query", echo_of(around + 501)),
        "ArgumentsTooLarge",
        "argument_bytes",
    );
    let numbers = |count: usize| {
        let body = format!(
            r#"{{"path":"values:echo","args":{{"value":[{}0]}}}}"#,
            "0,".repeat(count - 1)
        );
        server.post("/api/query", body)
    };
    assert_eq!(numbers(55).status, 200);
    too_large(&numbers(56), "ArgumentsTooLarge", "argument_bytes");
    // In the address they count as in the body, and are refused before anybody looks who is called.
    let in_address = |path: &str, count: usize| {
        let args = format!(r"{{%22value%22:[{}0]}}", "0,".repeat(count - 1));
        server.ask(
            &format!("GET /api/query?path={path}&args={args} HTTP/1.1\r\n"),
            b"",
        )
    };
    assert_eq!(in_address("values:echo", 55).json()["status"], "success");
    for path in ["values:echo", "values:hidden", "values:absent"] {
        too_large(&in_address(path, 56), "ArgumentsTooLarge", "argument_bytes");
    }
}

#[test]
fn buffered_bytes() {
    let server = serve(limited(|limits| limits.buffered_bytes = 200_000));
    assert_eq!(server.post("/api/query", echo_of(200_000)).status, 200);
    overloaded(&server.post("/api/query", echo_of(300_000)), "buffered_bytes");
    assert_eq!(
        server.post("/api/query", echo_of(200_000)).status,
        200,
        "it is given back"
    );
}

#[test]
fn head_bytes() {
    let server = serve(limited(|limits| limits.head_bytes = 10_000));
    let ask = |len: usize| {
        server.ask(
            &format!("GET /version HTTP/1.1\r\nX-Long: {}\r\n", "x".repeat(len)),
            b"",
        )
    };
    assert_eq!(ask(9_000).status, 200);
    assert_eq!(ask(11_000).status, 431);
    let long = server.ask(&format!("GET /{} HTTP/1.1\r\n", "x".repeat(11_000)), b"");
    assert!(matches!(long.status, 414 | 431), "{long:?}");
}

const ECHO: &str = r#"{"path":"values:echo","args":{}}"#;

/// Asks for the action that sleeps, until it has the one place that there is.
fn take_the_place(server: &Running) -> Connection {
    loop {
        let mut slow = server.connect();
        slow.send_request(
            "POST /api/action HTTP/1.1\r\nContent-Type: application/json\r\n",
            br#"{"path":"slow:sleep","args":{}}"#,
        );
        let asked = Instant::now();
        // It sleeps for longer than this, unless a query was in its way: then it was turned away itself.
        while asked.elapsed() < SLEEP / 2 {
            if server.post("/api/query", ECHO).status == 503 {
                return slow;
            }
        }
    }
}

#[test]
fn concurrent_requests() {
    let server = serve(limited(|limits| limits.concurrent_requests = 1));
    let mut slow = take_the_place(&server);
    overloaded(&server.post("/api/query", ECHO), "concurrent_requests");
    assert_eq!(
        server.ask("GET /health HTTP/1.1\r\n", b"").status,
        200,
        "other routes are no calls"
    );
    assert_eq!(slow.reply().unwrap().status, 200);
    assert_eq!(server.post("/api/query", ECHO).status, 200);
}

#[test]
fn a_client_that_hangs_up_does_not_free_the_place_of_its_call() {
    let server = serve(limited(|limits| limits.concurrent_requests = 1));
    let slept = SLEPT.load(Ordering::SeqCst);
    drop(take_the_place(&server));
    while server.post("/api/query", ECHO).status != 200 {}
    assert!(
        SLEPT.load(Ordering::SeqCst) > slept,
        "the place was free before the call was over"
    );
}

#[test]
fn a_body_that_does_not_arrive_takes_no_place() {
    let server = serve(limited(|limits| limits.concurrent_requests = 1));
    let mut unfinished = server.connect();
    unfinished.send(b"POST /api/query HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
    assert_eq!(server.post("/api/query", ECHO).status, 200);
}

#[test]
fn connections() {
    let server = serve(limited(|limits| limits.connections = 2));
    let mut first = server.connect();
    let mut second = server.connect();
    for connection in [&mut first, &mut second] {
        assert_eq!(connection.ask("GET /version HTTP/1.1\r\n", b"").status, 200);
    }
    let mut third = server.connect();
    overloaded(&third.ask("GET /version HTTP/1.1\r\n", b""), "connections");
    assert!(third.ends_within(Duration::from_secs(5)));
    drop(first);
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(server.connect().ask("GET /version HTTP/1.1\r\n", b"").status, 200);
}

#[test]
fn head_timeout_ends_slow_and_idle_connections() {
    let server = serve(limited(|limits| limits.head_timeout = Duration::from_millis(300)));
    let mut silent = server.connect();
    let mut idle = server.connect();
    assert_eq!(idle.ask("GET /version HTTP/1.1\r\n", b"").status, 200);
    let mut drip = server.connect();
    let start = Instant::now();
    for byte in "GET /version HTTP/1.1\r\n".bytes().cycle().take(25) {
        drip.send(&[byte]);
        std::thread::sleep(Duration::from_millis(40));
    }
    for connection in [&mut drip, &mut silent, &mut idle] {
        assert!(connection.ends_within(Duration::from_secs(5)));
    }
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn body_timeout_ends_slow_bodies() {
    let server = serve(limited(|limits| limits.body_timeout = Duration::from_millis(300)));
    let mut drip = server.connect();
    drip.send(format!("{POST}Host: x\r\nContent-Length: 1000\r\n\r\n").as_bytes());
    for _ in 0..12 {
        drip.send(b"{");
        std::thread::sleep(Duration::from_millis(40));
    }
    let reply = drip.reply().unwrap();
    assert_eq!((reply.status, reply.code().as_str()), (408, "BodyTimeout"));
    assert!(drip.ends_within(Duration::from_secs(5)));
}

#[test]
fn write_timeout_ends_connections_whose_client_does_not_read() {
    let server = serve(limited(|limits| {
        limits.write_timeout = Duration::from_millis(300);
        limits.connections = 1;
    }));
    let mut deaf = server.connect();
    deaf.send_request(POST, &echo_of(16 << 20));
    deaf.wait_for_bytes();
    let start = Instant::now();
    // The one place is taken until the server gives up on the client.
    while Connection::to(server.addr)
        .ask("GET /version HTTP/1.1\r\n", b"")
        .status
        == 503
    {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "the deaf client still has its place"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn unread_bytes() {
    let server = serve(limited(|limits| {
        limits.unread_bytes = 32 << 20;
        limits.write_timeout = Duration::from_mins(5);
    }));
    let body = echo_of(14 << 20);
    let ask = || {
        let mut client = server.connect();
        client.send_request(
            "POST /api/query HTTP/1.1\r\nContent-Type: application/json\r\n",
            &body,
        );
        client.wait_for_bytes();
        client
    };
    // Two answers fit, and are too large for the sockets: they lie there until they are read.
    let unread = [ask(), ask()];
    overloaded(&server.post("/api/query", &body), "unread_bytes");
    assert_eq!(
        server.post("/api/query", ECHO).status,
        200,
        "small answers still fit"
    );
    drop(unread);
    while server.post("/api/query", &body).status != 200 {}
}
