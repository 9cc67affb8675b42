//! Limits: at them, and one past them.

use std::time::Duration;

use lunora_core::{Object, path::FunctionPath};
use lunora_runtime::{
    functions::{CallRequest, EngineOptions, LiveLimits, RequestId},
    server::{ServerLimits, SocketLimits},
};
use serde_json::{Value as Json, json};
use tokio::task::JoinSet;

use crate::support::{Running, Socket, app, limited, options, serve, serve_with, socket::Heard, socket::add};

fn with(change: impl FnOnce(&mut SocketLimits)) -> Running {
    serve(limited(|limits: &mut ServerLimits| change(&mut limits.socket)))
}

fn works(server: &Running) {
    let mut socket = server.socket();
    socket.add(0, "values:echo", json!({"value": 1}));
    assert_eq!(socket.changes()[0]["value"], json!(1.0));
}

#[test]
fn bytes_of_a_message() {
    let limit = 10_000;
    let server = with(|limits| limits.frame_bytes = limit);
    let message = |length: usize| {
        let empty = json!({"type": "Event", "event": ""}).to_string();
        json!({"type": "Event", "event": "x".repeat(length - empty.len())}).to_string()
    };
    let mut socket = server.socket();
    socket.say_text(&message(limit));
    socket.add(0, "values:echo", json!({}));
    assert_eq!(socket.changes().len(), 1);
    socket.say_text(&message(limit + 1));
    let error = socket.fatal();
    assert!(error.contains("limit: frame_bytes"), "{error}");
    // The same in pieces, none of which is too large.
    let mut socket = server.socket();
    let mut frame = vec![0x01, 0x80 | 0x7e, 0x20, 0, 0, 0, 0, 0];
    frame.extend(vec![b'x'; 0x2000]);
    socket.send_raw(&frame);
    frame[0] = 0x80;
    socket.send_raw(&frame);
    assert!(socket.fatal().contains("limit: frame_bytes"));
    works(&server);
}

#[test]
fn sixteen_mebibytes_are_fine() {
    let server = serve(options());
    let mut socket = server.socket();
    let text = "x".repeat((16 << 20) - 500);
    socket.add(0, "values:echo", json!({"value": text}));
    assert_eq!(
        socket.changes()[0]["value"].as_str().map(str::len),
        Some(text.len())
    );
}

#[test]
fn subscriptions() {
    let engine = EngineOptions {
        live: LiveLimits::default().subscriptions(3),
        ..EngineOptions::default()
    };
    let server = serve_with(app::APP, engine, options());
    let mut socket = server.socket();
    socket.modify(Json::Array(
        (0..3)
            .map(|id| add(id, "values:echo", json!({"value": id})))
            .collect(),
    ));
    assert_eq!(socket.changes().len(), 3);
    socket.add(3, "values:echo", json!({}));
    let change = socket.changes().remove(0);
    let text = change["errorMessage"].as_str().unwrap();
    assert!(
        change["type"] == "QueryFailed" && text.contains("subscriptions"),
        "{change}"
    );
    socket.remove(0);
    socket.transition();
    socket.add(4, "values:echo", json!({}));
    assert_eq!(socket.changes()[0]["type"], "QueryUpdated", "one has made room");
}

#[test]
fn queries_that_are_not_watched_are_bounded_too() {
    let server = serve(options());
    let mut socket = server.socket();
    socket.modify(Json::Array(
        (0..1000).map(|id| add(id, "no path!", json!({}))).collect(),
    ));
    assert_eq!(socket.changes().len(), 1000);
    socket.add(1000, "no path!", json!({}));
    assert!(socket.fatal().contains("1000 queries"));
}

#[test]
fn bytes_of_subscriptions() {
    let server = with(|limits| limits.subscription_bytes = 10_000);
    let mut socket = server.socket();
    socket.add(0, "values:echo", json!({"value": "x".repeat(8_000)}));
    assert_eq!(socket.changes().len(), 1);
    let mut other = server.socket();
    other.add(0, "values:echo", json!({"value": "x".repeat(2_000)}));
    let (_, code, reason) = other.end();
    assert_eq!(code, 1013);
    assert!(
        reason.starts_with("TooManyConcurrentRequests") && reason.contains("subscription_bytes"),
        "{reason}"
    );
    socket.remove(0);
    socket.transition();
    let mut other = server.socket();
    other.add(0, "values:echo", json!({"value": "x".repeat(2_000)}));
    assert_eq!(other.changes().len(), 1, "there is room again");
}

#[test]
fn small_values_count_as_what_they_take() {
    let server = with(|limits| limits.subscription_bytes = 100_000);
    let mut socket = server.socket();
    // A byte each among the arguments, and many times that in memory.
    socket.add(0, "values:echo", json!({"value": vec![Json::Null; 8_000]}));
    let (_, code, reason) = socket.end();
    assert!(
        code == 1013 && reason.contains("subscription_bytes"),
        "{code} {reason}"
    );
    let mut socket = server.socket();
    socket.add(0, "values:echo", json!({"value": "x".repeat(90_000)}));
    assert_eq!(socket.changes()[0]["type"], "QueryUpdated");
}

#[test]
fn names_that_never_end() {
    let server = with(|limits| limits.subscription_bytes = 10_000);
    let mut socket = server.socket();
    let longest = format!("{}a:list", "a/".repeat(509));
    let longer = format!("a/{longest}");
    for (id, name) in [longest, longer].into_iter().enumerate() {
        socket.add(u32::try_from(id).unwrap(), &name, json!({}));
        let change = socket.changes().remove(0);
        let text = change["errorMessage"].as_str().unwrap();
        assert_eq!(text.contains("longer than 1024 characters"), id == 1, "{text}");
    }
    // Those that can be watched count with their names.
    let named = |number: u32| add(number, &format!("{}a:list", "a/".repeat(500)), json!({}));
    socket.modify(Json::Array((2..7).map(named).collect()));
    let (_, code, reason) = socket.end();
    assert!(
        code == 1013 && reason.contains("subscription_bytes"),
        "{code} {reason}"
    );
}

#[test]
fn mutations_that_wait() {
    let server = with(|limits| limits.waiting_mutations = 3);
    let gate = app::shut("waiting");
    let mut socket = server.socket();
    socket.mutate(0, "gate:pass", json!({"name": "waiting"}));
    for id in 1..4 {
        socket.mutate(id, "notes:add", json!({"name": "x"}));
    }
    let answer = socket.response();
    assert_eq!(
        (&answer["requestId"], &answer["success"]),
        (&json!(3), &json!(false))
    );
    assert!(
        answer["result"]
            .as_str()
            .unwrap()
            .contains("limit: waiting_mutations"),
        "{answer}"
    );
    drop(gate);
    for id in 0..3 {
        let answer = socket.response();
        assert_eq!(
            (&answer["requestId"], &answer["success"]),
            (&json!(id), &json!(true))
        );
    }
    socket.mutate(3, "notes:add", json!({"name": "x"}));
    assert_eq!(socket.response()["success"], true, "there is room again");
}

#[test]
fn bytes_of_calls_that_wait() {
    let server = serve(limited(|limits| limits.buffered_bytes = 10_000));
    let gate = app::shut("bytes");
    let mut socket = server.socket();
    socket.mutate(0, "gate:pass", json!({"name": "bytes"}));
    socket.mutate(1, "notes:add", json!({"name": "x".repeat(9_000)}));
    socket.mutate(2, "notes:add", json!({"name": "x".repeat(2_000)}));
    let answer = socket.response();
    assert_eq!(
        (&answer["requestId"], &answer["success"]),
        (&json!(2), &json!(false))
    );
    assert!(
        answer["result"]
            .as_str()
            .unwrap()
            .contains("limit: buffered_bytes"),
        "{answer}"
    );
    drop(gate);
    for id in 0..2 {
        let answer = socket.response();
        assert_eq!(
            (&answer["requestId"], &answer["success"]),
            (&json!(id), &json!(true))
        );
    }
    socket.mutate(3, "notes:add", json!({"name": "x".repeat(2_000)}));
    assert_eq!(socket.response()["success"], true, "there is room again");
}

#[test]
fn actions_under_way() {
    let server = with(|limits| limits.concurrent_actions = 2);
    let mut socket = server.socket();
    for id in 0..3 {
        socket.act(id, "slow:sleep", json!({}));
    }
    let answer = socket.response();
    assert_eq!(
        (&answer["requestId"], &answer["success"]),
        (&json!(2), &json!(false))
    );
    assert!(
        answer["result"]
            .as_str()
            .unwrap()
            .contains("limit: concurrent_actions"),
        "{answer}"
    );
    for _ in 0..2 {
        assert_eq!(socket.response()["success"], true);
    }
    socket.act(3, "slow:sleep", json!({}));
    assert_eq!(socket.response()["success"], true, "there is room again");
}

#[test]
fn connections() {
    let server = serve(limited(|limits| limits.connections = 2));
    let mut sockets = [server.socket(), server.socket()];
    for socket in &mut sockets {
        socket.add(0, "values:echo", json!({}));
        assert_eq!(socket.changes().len(), 1);
    }
    let mut refused = server.connect();
    let reply = refused.ask("GET /health HTTP/1.1\r\n", b"");
    assert!(
        reply.status == 503 && reply.text().contains("limit: connections"),
        "{reply:?}"
    );
    let [mut first, _second] = sockets;
    first.close();
    assert_eq!(first.end().1, 1005);
    while server.connect().ask("GET /health HTTP/1.1\r\n", b"").status != 200 {
        std::thread::yield_now();
    }
}

#[test]
fn time_for_the_first_message() {
    let server = with(|limits| limits.connect_timeout = Duration::from_millis(50));
    let mut socket = Socket::open(server.addr, "/api/sync");
    let (last, code, reason) = socket.end();
    assert_eq!((last, code), (None, 1008));
    assert!(reason.contains("limit: connect_timeout"), "{reason}");
    works(&server);
}

#[test]
fn time_for_a_message_that_has_begun() {
    let server = with(|limits| limits.message_timeout = Duration::from_millis(100));
    // Heard, so that what follows is no part of what is read with it.
    let heard = || {
        let mut socket = server.socket();
        socket.add(0, "values:echo", json!({}));
        socket.changes();
        socket
    };
    let (mut idle, mut socket) = (heard(), heard());
    // The first part of a message; and a sign of life, of which none is the rest.
    socket.send_raw(&[0x01, 0x80 | 1, 0, 0, 0, 0, b'{']);
    socket.send_raw(&[0x8a, 0x80, 0, 0, 0, 0]);
    let (_, code, reason) = socket.end();
    assert!(
        code == 1008 && reason.contains("limit: message_timeout"),
        "{code} {reason}"
    );
    // Whoever has finished what was begun may be silent, and so may who has only given a sign of life.
    idle.send_raw(&[0x8a, 0x80, 0, 0, 0, 0]);
    let mut other = heard();
    other.send_raw(&[0x01, 0x80 | 1, 0, 0, 0, 0, b'{']);
    assert_eq!(other.end().1, 1008);
    idle.add(1, "values:echo", json!({"value": 1}));
    assert_eq!(idle.changes()[0]["value"], json!(1.0));
}

#[test]
fn silence_of_the_client() {
    let server = with(|limits| limits.silence_timeout = Duration::from_millis(400));
    // This one does not answer, because it does not read.
    let mut silent = server.socket();
    let mut alive = server.socket();
    let end = std::time::Instant::now() + Duration::from_millis(1200);
    while std::time::Instant::now() < end {
        alive.add(alive.version.query_set, "values:echo", json!({}));
        alive.transition();
        std::thread::sleep(Duration::from_millis(20));
    }
    let (_, code, reason) = silent.end();
    assert!(
        code == 1001 && reason.contains("limit: silence_timeout"),
        "{code} {reason}"
    );
    assert!(silent.pings > 0, "it was asked before");
}

#[test]
fn large_messages_that_do_not_come_to_an_end() {
    let server = serve(limited(|limits| limits.buffered_bytes = 100_000));
    let begin = || {
        let mut socket = server.socket();
        // A frame of 1 MiB, of which 80,000 bytes come.
        socket.send_raw(&[0x81, 0x80 | 127, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0]);
        socket.send_raw(&vec![b'x'; 80_000]);
        socket
    };
    let first = begin();
    let mut second = begin();
    let ends = [first, std::mem::replace(&mut second, server.socket())].map(|mut socket| {
        socket.send_raw(&vec![b'x'; 30_000]);
        socket.hear()
    });
    let overloaded =
        |heard: &Heard| matches!(heard, Heard::Closed(1013, reason) if reason.contains("buffered_bytes"));
    assert!(ends.iter().any(overloaded), "{ends:?}");
    works(&server);
}

#[test]
fn results_that_are_not_read() {
    let server = serve(limited(|limits| limits.unread_bytes = 1_000_000));
    let large = |bytes: usize| json!({"value": "x".repeat(bytes)});
    let mut socket = server.socket();
    socket.add(0, "values:echo", large(500_000));
    assert_eq!(socket.changes().len(), 1);
    let mut over = server.socket();
    over.add(0, "values:echo", large(2_000_000));
    let (_, code, reason) = over.end();
    assert!(
        code == 1013 && reason.contains("limit: unread_bytes"),
        "{code} {reason}"
    );
    // Others are not affected, and what has been read is free again.
    socket.add(1, "values:echo", large(900_000));
    assert_eq!(socket.changes().len(), 1);
}

#[test]
fn actions_count_among_the_requests_of_all() {
    let server = serve(limited(|limits| limits.concurrent_requests = 2));
    let mut sockets = [server.socket(), server.socket()];
    for socket in &mut sockets {
        socket.act(0, "slow:sleep", json!({}));
        // It has been read, so it is under way.
        socket.add(0, "values:echo", json!({}));
        socket.transition();
    }
    let mut third = server.socket();
    third.act(0, "slow:sleep", json!({}));
    let answer = third.response();
    let text = answer["result"].as_str().unwrap();
    assert!(
        answer["success"] == false && text.contains("limit: concurrent_requests"),
        "{answer}"
    );
    for socket in &mut sockets {
        assert_eq!(socket.response()["success"], true);
    }
    third.act(1, "slow:sleep", json!({}));
    assert_eq!(third.response()["success"], true, "there is room again");
}

#[test]
fn more_changes_than_are_told_at_once() {
    let server = serve(options());
    let mut socket = server.socket();
    // Each message has twice as much to be told as makes the server stop reading, and nothing is lost of it.
    let changes = |id: u32| {
        [
            add(id, "no path!", json!({})),
            json!({"type": "Remove", "queryId": id}),
        ]
    };
    for _ in 0..5 {
        socket.modify(Json::Array((0..20_000).flat_map(changes).collect()));
    }
    socket.add(1, "values:echo", json!({"value": 1}));
    let (mut removed, mut results) = (0, Vec::new());
    while socket.version.query_set < 6 {
        for change in socket.changes() {
            match change["type"].as_str() {
                Some("QueryRemoved") => removed += 1,
                _ => results.push(change),
            }
        }
    }
    assert_eq!(removed, 100_000);
    assert_eq!(results.len(), 1, "of what is removed there is no result");
    assert_eq!(results[0]["value"], json!(1.0));
}

#[test]
fn a_mutation_for_which_there_is_no_thread_waits() {
    let engine = EngineOptions {
        threads: 1,
        ..EngineOptions::default()
    };
    let server = serve_with(app::APP, engine, options());
    let gate = app::shut("full");
    let mut blocking = server.socket();
    blocking.mutate(0, "gate:pass", json!({"name": "full"}));
    // The thread is taken when the first of these finds no room.
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut calls = JoinSet::new();
    let refused = tokio.block_on(async {
        for _ in 0..9_000 {
            let runtime = server.runtime.clone();
            calls.spawn(async move { runtime.public().call(echo()).await.is_err() });
        }
        calls.join_next().await.unwrap().unwrap()
    });
    assert!(refused, "no call comes to its end otherwise");

    let mut socket = server.socket();
    socket.mutate(0, "notes:add", json!({"name": "patient"}));
    socket.act(1, "values:none", json!({}));
    assert_eq!(socket.response()["requestId"], 1);
    let call = json!({"path": "values:bump", "args": {}}).to_string();
    let over_http = server.post("/api/mutation", &call);
    assert!(
        over_http.status == 503 && over_http.text().contains("Overloaded"),
        "{over_http:?}"
    );
    drop(gate);
    let answer = socket.response();
    assert_eq!(
        (&answer["requestId"], &answer["success"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(blocking.response()["success"], true);
    tokio.block_on(calls.join_all());
}

fn echo() -> CallRequest {
    CallRequest {
        path: FunctionPath::parse("values:echo").unwrap(),
        kind: None,
        args: Object::new(),
        identity: None,
        idempotency_key: None,
        at: None,
        request_id: RequestId::random(),
    }
}
