//! Actions.

use std::{sync::atomic::Ordering, time::Instant};

use serde_json::json;

use crate::support::{app, options, serve, shared};

#[test]
fn they_run_side_by_side_and_are_answered_as_they_end() {
    let mut socket = shared().socket();
    let start = Instant::now();
    for id in 0..10 {
        socket.act(id, "slow:sleep", json!({}));
    }
    socket.act(10, "values:none", json!({}));
    let first = socket.response();
    assert_eq!(
        (&first["requestId"], &first["success"]),
        (&json!(10), &json!(false))
    );
    let mut answered: Vec<_> = (0..10)
        .map(|_| socket.response()["requestId"].as_u64().unwrap())
        .collect();
    answered.sort_unstable();
    assert_eq!(answered, (0..10).collect::<Vec<_>>());
    assert!(
        start.elapsed() < app::SLEEP * 8,
        "one after the other they would take longer"
    );
}

#[test]
fn one_goes_on_when_its_client_is_gone() {
    let server = serve(options());
    let before = app::SLEPT.load(Ordering::SeqCst);
    let mut socket = server.socket();
    socket.act(0, "slow:sleep", json!({}));
    socket.act(1, "values:none", json!({}));
    socket.response();
    drop(socket);
    // The server waits for it when it stops.
    drop(server);
    assert!(app::SLEPT.load(Ordering::SeqCst) > before);
}

#[test]
fn a_failure_has_its_data() {
    let mut socket = shared().socket();
    socket.act(0, "errors:fail", json!({"code": "x"}));
    let answer = socket.response();
    assert!(
        answer["result"].as_str().unwrap().contains("defined as Mutation"),
        "{answer}"
    );
    assert_eq!(answer.get("errorData"), None);
}
