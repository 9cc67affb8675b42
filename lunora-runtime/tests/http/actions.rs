//! HTTP actions over a real socket.

use std::{
    net::TcpStream,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use lunora_runtime::{functions::EngineOptions, server::ServerLimits};

use crate::support::{
    Connection, Reply, Running, limited, options, serve_app, serve_with,
    web::{BEGUN, DROPPED, ENDED, MAY_END, TICKS, web},
};

fn server() -> Running {
    serve_app(web(), options())
}

fn server_with(change: impl FnOnce(&mut ServerLimits)) -> Running {
    serve_app(web(), limited(change))
}

fn get(server: &Running, path: &str) -> Reply {
    server.ask(&format!("GET {path} HTTP/1.1\r\n"), b"")
}

fn begin_chunked(server: &Running, path: &str) -> Connection {
    let mut connection = server.connect();
    let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    connection.send(head.as_bytes());
    connection
}

fn send_chunk(connection: &mut Connection, piece: &[u8]) {
    connection.send(format!("{:x}\r\n", piece.len()).as_bytes());
    connection.send(piece);
    connection.send(b"\r\n");
}

/// Waits for what another thread does, at most as long as a busy machine may take.
fn until(what: &str, is: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn http_body_bytes() {
    let server = server_with(|limits| limits.http_body_bytes = 100_000);
    assert_eq!(
        server.ask("POST /upload HTTP/1.1\r\n", &vec![0; 100_000]).text(),
        "100000"
    );
    for size in [100_001, 3_000_000] {
        let reply = server.ask("POST /upload HTTP/1.1\r\n", &vec![0; size]);
        assert_eq!((reply.status, reply.code().as_str()), (413, "BodyTooLarge"));
        assert!(reply.text().contains("http_body_bytes"), "{reply:?}");
    }
    for (pieces, status) in [(100, 200), (101, 413)] {
        let mut connection = begin_chunked(&server, "/upload");
        for _ in 0..pieces {
            send_chunk(&mut connection, &[0; 1000]);
        }
        connection.send(b"0\r\n\r\n");
        assert_eq!(connection.reply().unwrap().status, status, "{pieces} pieces");
    }
}

#[test]
fn the_default_body_limit_is_20_mib() {
    let (server, limit) = (server(), 20 << 20);
    let upload = |size| server.ask("POST /upload HTTP/1.1\r\n", &vec![0; size]);
    assert_eq!(upload(limit).text(), limit.to_string());
    assert_eq!(upload(limit + 1).status, 413);
}

#[test]
fn all_bodies_together_have_a_limit() {
    let server = server_with(|limits| limits.buffered_bytes = 100_000);
    assert_eq!(
        server.ask("POST /upload HTTP/1.1\r\n", &vec![0; 100_000]).status,
        200
    );
    let reply = server.ask("POST /upload HTTP/1.1\r\n", &vec![0; 100_001]);
    assert_eq!((reply.status, reply.code().as_str()), (503, "Overloaded"));
    assert_eq!(reply.header("retry-after"), Some("1"));
    // What is handed on and not kept takes none of it.
    let body = vec![7; 1_000_000];
    assert_eq!(server.ask("POST /echo HTTP/1.1\r\n", &body).body, body);
}

#[test]
fn a_sender_that_is_too_slow_is_told_so() {
    let server = server_with(|limits| limits.body_timeout = Duration::from_millis(200));
    let mut connection = begin_chunked(&server, "/upload");
    let start = Instant::now();
    // It is the whole time that counts: a byte now and then buys none.
    let reply = loop {
        send_chunk(&mut connection, b"x");
        std::thread::sleep(Duration::from_millis(20));
        if start.elapsed() > Duration::from_millis(250) {
            break connection.reply().unwrap();
        }
    };
    assert_eq!((reply.status, reply.code().as_str()), (408, "BodyTimeout"));
    assert!(reply.text().contains("body_timeout"), "{reply:?}");
}

#[test]
fn a_body_that_breaks_off_ends_its_action() {
    let server = server();
    let mut connection = begin_chunked(&server, "/upload");
    connection.send(b"nonsense\r\n");
    assert_eq!(connection.reply().unwrap().code(), "BadBody");
}

#[test]
fn bodies_stream_both_ways_at_once() {
    let server = server();
    let mut connection = begin_chunked(&server, "/echo");
    for piece in [b"first", b"later", b"last."] {
        send_chunk(&mut connection, piece);
        let mut came = Vec::new();
        while !came.windows(5).any(|five| five == piece) {
            came.extend(
                connection
                    .bytes()
                    .expect("what was sent comes back before the next is sent"),
            );
        }
    }
}

#[test]
fn a_body_that_nobody_reads_is_thrown_away() {
    let server = server();
    let mut connection = server.connect();
    for _ in 0..3 {
        let reply = connection.ask("POST /deaf HTTP/1.1\r\n", &vec![0; 5_000_000]);
        assert_eq!((reply.status, reply.text()), (200, "not read"));
    }
}

#[test]
fn a_client_that_asks_first_is_not_asked_for_what_nobody_reads() {
    let server = server();
    let mut connection = server.connect();
    let head = "POST /deaf HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n";
    connection.send(head.as_bytes());
    assert_eq!(connection.reply().unwrap().text(), "not read");
}

#[test]
fn a_stream_goes_out_piece_by_piece_and_ends_with_its_client() {
    let server = server_with(|limits| limits.concurrent_http_actions = 1);
    let before = DROPPED.load(Ordering::SeqCst);
    let mut connection = server.connect();
    connection.send(b"GET /ticks HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut came = Vec::new();
    for ticks in 1..4 {
        TICKS.add_permits(1);
        while came.windows(4).filter(|four| four == b"tick").count() < ticks {
            came.extend(connection.bytes().unwrap());
        }
    }
    // It holds its place for as long as it is sent.
    let reply = get(&server, "/who");
    assert_eq!((reply.status, reply.code().as_str()), (503, "Overloaded"));
    assert!(reply.text().contains("concurrent_http_actions"), "{reply:?}");
    drop(connection);
    until("the stream is dropped", || {
        TICKS.add_permits(1);
        DROPPED.load(Ordering::SeqCst) > before
    });
    until("its place is free", || get(&server, "/who").status == 200);
}

#[test]
fn actions_take_no_place_of_calls() {
    let server = server_with(|limits| limits.concurrent_requests = 0);
    assert_eq!(get(&server, "/who").status, 200);
    let server = server_with(|limits| limits.concurrent_http_actions = 0);
    assert_eq!(get(&server, "/who").code(), "Overloaded");
    let reply = server.post("/api/query", r#"{"path":"a:b","args":{}}"#);
    assert_ne!(reply.status, 503, "{reply:?}");
}

#[test]
fn what_an_action_refuses_at_length_is_held_like_every_answer() {
    let server = server_with(|limits| limits.unread_bytes = 100_000);
    let reply = get(&server, "/refuse");
    assert_eq!((reply.status, reply.code().as_str()), (503, "Overloaded"));
    assert!(reply.text().contains("unread_bytes"), "{reply:?}");
}

#[test]
fn stream_pause() {
    let server = server_with(|limits| limits.stream_pause = Duration::from_millis(50));
    let mut connection = server.connect();
    connection.send(b"GET /silent HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(connection.reply().is_none(), "the last chunk does not come");
}

#[test]
fn action_time() {
    let mut engine = EngineOptions::default();
    engine.calls.action_time = Duration::from_millis(20);
    let server = serve_with(web(), engine, options());
    let reply = get(&server, "/never");
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (500, "InternalServerError")
    );
    assert_eq!(get(&server, "/who").status, 200);
}

#[test]
fn a_stream_that_fails_is_not_taken_for_complete() {
    let server = server();
    let mut connection = server.connect();
    connection.send(b"GET /broken HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(connection.reply().is_none(), "the last chunk does not come");
}

#[test]
fn an_endless_stream_ends_with_the_server_as_complete() {
    let mut server = server();
    let mut connection = server.connect();
    connection.send(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    connection.wait_for_bytes();
    server.begin_stop();
    let reply = connection
        .reply()
        .expect("the last chunk, and no cut after shutdown_timeout");
    assert_eq!((reply.status, reply.text()), (200, "event"));
    assert!(server.stopped_within(Duration::from_secs(10)));
}

#[test]
fn another_stream_has_until_shutdown_timeout() {
    let mut server = server();
    let mut connection = begin_chunked(&server, "/echo");
    send_chunk(&mut connection, b"first ");
    connection.wait_for_bytes();
    server.begin_stop();
    until("the door is shut", || TcpStream::connect(server.addr).is_err());
    send_chunk(&mut connection, b"later");
    connection.send(b"0\r\n\r\n");
    assert_eq!(connection.reply().unwrap().text(), "first later");
    assert!(server.stopped_within(Duration::from_secs(10)));

    let mut server = server_with(|limits| limits.shutdown_timeout = Duration::from_millis(50));
    let mut connection = server.connect();
    connection.send(b"GET /unending HTTP/1.1\r\nHost: x\r\n\r\n");
    connection.wait_for_bytes();
    server.begin_stop();
    assert!(connection.reply().is_none(), "the last chunk does not come");
    assert!(server.stopped_within(Duration::from_secs(10)));
}

#[test]
fn an_action_runs_to_its_end_without_its_client_and_before_the_server_stops() {
    let mut server = server();
    let mut connection = server.connect();
    connection.send_request("POST /wait HTTP/1.1\r\n", b"");
    until("it has begun", || BEGUN.available_permits() == 1);
    drop(connection);
    server.begin_stop();
    assert!(
        !server.stopped_within(Duration::from_millis(100)),
        "an action runs"
    );
    MAY_END.add_permits(1);
    assert!(server.stopped_within(Duration::from_secs(10)));
    assert_eq!(ENDED.available_permits(), 1);
}

#[test]
fn the_user_is_the_one_of_a_valid_token_and_a_key_is_nobody() {
    let server = server();
    let who = |headers: &str| server.ask(&format!("GET /who HTTP/1.1\r\n{headers}"), b"");
    assert_eq!(who(&server.as_user("ada")).text(), "https://issuer.example|ada");
    let attributes = "eyJpc3N1ZXIiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwic3ViamVjdCI6ImFkYSJ9";
    let acting = format!("Authorization: Convex {}:{attributes}\r\n", server.admin_key);
    for headers in [
        "",
        "Authorization: Bearer x.y.z\r\n",
        "Authorization: nonsense\r\n",
        "Authorization: Basic YTpi\r\n",
        "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n",
        &server.as_admin(),
        &acting,
    ] {
        let reply = who(headers);
        assert_eq!((reply.status, reply.text()), (200, "nobody"), "{headers}");
    }
}

#[test]
fn an_admin_key_does_not_show_what_went_wrong() {
    let server = server();
    let reply = server.ask(&format!("GET /fail HTTP/1.1\r\n{}", server.as_admin()), b"");
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (500, "InternalServerError")
    );
    assert!(!reply.text().contains("secret"), "{reply:?}");
    assert!(
        reply
            .without_request_id()
            .contains("[Request ID: ID] Server Error"),
        "{reply:?}"
    );
}

#[test]
fn how_a_message_is_framed_is_not_the_actions_business() {
    let server = server();
    let mut connection = server.connect();
    for _ in 0..2 {
        let reply = connection.ask("GET /framed HTTP/1.1\r\n", b"");
        assert_eq!((reply.text(), reply.header("x-kept")), ("four", Some("yes")));
        assert_eq!(reply.header("transfer-encoding"), None);
        assert_eq!(reply.header("connection"), None);
    }
}

#[test]
fn actions_come_before_files_and_files_where_there_is_no_method() {
    let server = server();
    assert_eq!(get(&server, "/hidden.js").text(), "not read");
    assert_eq!(get(&server, "/app.js").text(), "a file");
    assert_eq!(server.ask("POST /app.js HTTP/1.1\r\n", b"").text(), "not read");
    let reply = server.ask("DELETE /app.js HTTP/1.1\r\n", b"");
    assert_eq!(
        (reply.status, reply.header("allow")),
        (405, Some("GET,HEAD,POST"))
    );
    let reply = server.ask("POST /hidden.js HTTP/1.1\r\n", b"");
    assert_eq!((reply.status, reply.header("allow")), (405, Some("GET,HEAD")));
    let mut connection = server.connect();
    assert_eq!(
        connection
            .ask("HEAD /hidden.js HTTP/1.1\r\n", b"")
            .header("content-length"),
        Some("8")
    );
    assert_eq!(get(&server, "/health").text(), "ok\n");
}

#[test]
fn other_origins_are_the_actions_business() {
    let server = server();
    let ask = |method: &str| {
        let preflight = "Origin: https://a.example\r\nAccess-Control-Request-Method: POST\r\n";
        server.ask(&format!("{method} /who HTTP/1.1\r\n{preflight}"), b"")
    };
    for (method, status) in [("GET", 200), ("OPTIONS", 405)] {
        let reply = ask(method);
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
}
