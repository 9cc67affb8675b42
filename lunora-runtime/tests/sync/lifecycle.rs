//! Signs of life, and the end of a server.

use std::time::{Duration, Instant};

use lunora_runtime::server::ServerLimits;
use serde_json::json;

use crate::support::{
    app, limited, options, serve,
    socket::{Heard, ts},
};

#[test]
fn a_silent_server_says_that_it_is_there() {
    let server = serve(limited(|limits: &mut ServerLimits| {
        limits.socket.ping_interval = Duration::from_millis(50);
    }));
    let mut connection = server.connect();
    let request = crate::support::socket::upgrade_request("/api/sync", "");
    connection.send(request.as_bytes());
    assert_eq!(connection.reply().unwrap().status, 101);
    // Two frames of text: the server says it again and again.
    let mut heard = Vec::new();
    while heard.len() < 2 * (2 + 15) {
        heard.extend(connection.bytes().expect("the connection lives"));
    }
    assert_eq!(&heard[..17], b"\x81\x0f{\"type\":\"Ping\"}");
    assert_eq!(&heard[17..34], b"\x81\x0f{\"type\":\"Ping\"}");
}

#[test]
fn a_server_that_stops_says_so_at_once() {
    let mut server = serve(options());
    let mut sockets: Vec<_> = (0..20).map(|_| server.socket()).collect();
    for socket in &mut sockets {
        socket.add(0, "notes:count", json!({}));
        socket.transition();
    }
    let start = Instant::now();
    server.begin_stop();
    for socket in &mut sockets {
        let (last, code, _) = socket.end();
        assert_eq!((last, code), (None, 1001));
    }
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    drop(sockets);
    assert!(server.stopped_within(Duration::from_secs(5)));
}

#[test]
fn what_is_being_committed_when_a_server_stops_is_answered() {
    let mut server = serve(options());
    let mut socket = server.socket();
    let gate = app::shut("stopping");
    socket.mutate(0, "gate:pass", json!({"name": "stopping"}));
    socket.mutate(1, "notes:add", json!({"name": "never started"}));
    socket.act(2, "values:none", json!({}));
    assert_eq!(socket.response()["requestId"], 2);
    server.begin_stop();
    drop(gate);
    let mut answers = Vec::new();
    let end = loop {
        match socket.hear() {
            Heard::Message(message) if message["type"] == "Transition" => {}
            Heard::Message(message) => answers.push(message),
            other => break other,
        }
    };
    assert!(matches!(end, Heard::Closed(1001, _)), "{end:?}");
    // The stop may have come when the first was over and the second had begun.
    assert!(!answers.is_empty(), "the first was under way");
    for (id, answer) in answers.iter().enumerate() {
        assert_eq!(
            (&answer["requestId"], &answer["success"]),
            (&json!(id), &json!(true))
        );
    }
}

#[test]
fn the_last_answers_are_followed_by_what_they_have_changed() {
    let mut server = serve(options());
    let mut socket = server.socket();
    socket.add(0, "notes:count", json!({}));
    assert_eq!(socket.changes()[0]["value"], json!(0.0));
    let gate = app::shut("last");
    socket.mutate(0, "gate:pass", json!({"name": "last"}));
    socket.act(1, "values:none", json!({}));
    assert_eq!(socket.response()["requestId"], 1);
    server.begin_stop();
    drop(gate);
    let answer = socket.response();
    assert_eq!(answer["success"], true);
    let change = socket.changes().remove(0);
    assert_eq!(change["value"], json!(1.0));
    assert!(socket.version.ts >= ts(&answer));
    assert!(matches!(socket.hear(), Heard::Closed(1001, _)));
}

#[test]
fn a_client_that_does_not_read_holds_nothing_up() {
    let mut server = serve(options());
    let mut writer = server.socket();
    for id in 0..50 {
        writer.mutate(id, "notes:add", json!({"name": "x".repeat(50_000)}));
        assert_eq!(writer.response()["success"], true);
    }
    // Little is asked for, and more is told than the network takes.
    let mut socket = server.socket();
    for id in 0..20 {
        socket.add(
            id,
            "notes:page",
            json!({"options": {"numItems": 1000 + id, "cursor": null}}),
        );
    }
    socket.transition();
    server.begin_stop();
    assert!(server.stopped_within(Duration::from_secs(10)));
}
