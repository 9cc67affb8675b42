//! The end of a server.

use std::{
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::support::{limited, options, serve};

const SLOW: &str = "POST /api/action HTTP/1.1\r\nContent-Type: application/json\r\n";
const SLEEP: &[u8] = br#"{"path":"slow:sleep","args":{}}"#;

fn settle() {
    std::thread::sleep(Duration::from_millis(100));
}

#[test]
fn a_running_call_is_finished_and_nothing_new_is_taken() {
    let mut server = serve(options());
    let mut idle = server.connect();
    assert_eq!(idle.ask("GET /health HTTP/1.1\r\n", b"").status, 200);
    let mut slow = server.connect();
    slow.send_request(SLOW, SLEEP);
    settle();
    server.begin_stop();
    settle();
    assert!(TcpStream::connect(server.addr).is_err(), "the door is shut");
    assert!(
        idle.ends_within(Duration::from_millis(200)),
        "idle connections are ended at once"
    );
    let reply = slow.reply().unwrap();
    assert_eq!(
        (reply.status, reply.json()["value"].as_str()),
        (200, Some("slept"))
    );
    assert_eq!(reply.header("connection"), Some("close"));
    assert!(server.stopped_within(Duration::from_secs(5)));
}

#[test]
fn requests_that_come_too_late_are_told_so() {
    for (first, second, body) in [
        ("GET /health HT", "TP/1.1\r\nHost: x\r\n\r\n", "shutting down\n"),
        (
            "POST /api/query HT",
            "TP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
            "ShuttingDown",
        ),
    ] {
        let mut server = serve(options());
        let mut late = server.connect();
        late.send(first.as_bytes());
        settle();
        server.begin_stop();
        settle();
        late.send(second.as_bytes());
        let reply = late.reply().unwrap();
        assert_eq!(reply.status, 503);
        assert!(reply.text().contains(body), "{reply:?}");
    }
}

#[test]
fn shutdown_timeout_cuts_what_does_not_finish() {
    let mut server = serve(limited(|limits| {
        limits.shutdown_timeout = Duration::from_millis(150);
    }));
    let mut slow = server.connect();
    slow.send_request(SLOW, SLEEP);
    settle();
    let start = Instant::now();
    server.begin_stop();
    assert!(slow.reply().is_none(), "the connection is dropped");
    assert!(server.stopped_within(Duration::from_secs(5)));
    assert!(
        start.elapsed() < Duration::from_millis(450),
        "before the call would have ended"
    );
}

#[test]
fn dev_mode_stays_on_this_machine() {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (runtime, _) = crate::support::app::open(crate::support::app::APP);
    let anywhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let options = lunora_runtime::server::ServerOptions {
        dev: true,
        addr: anywhere,
        ..options()
    };
    let refused = tokio
        .block_on(lunora_runtime::server::Server::bind(runtime, options))
        .unwrap_err();
    assert!(refused.to_string().contains("loopback"), "{refused}");
}
