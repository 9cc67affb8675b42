//! Requests that a client sends again, because it has not heard of the outcome.

use serde_json::{Value as Json, json};

use crate::support::{
    Running, Socket, app, options, serve,
    socket::{ts, uuid},
};

fn notes(server: &Running) -> Json {
    let reply = server.post(
        "/api/query",
        json!({"path": "notes:count", "args": {}}).to_string(),
    );
    reply.json()["value"].clone()
}

#[test]
fn a_repeat_gets_the_same_answer_and_timestamp_and_runs_nothing() {
    let server = serve(options());
    let session = uuid();
    let mut first = Socket::connect_as(server.addr, &session);
    first.mutate(7, "values:bump", json!({}));
    let answer = first.response();
    first.mutate(7, "values:bump", json!({}));
    assert_eq!(first.response(), answer, "on the same connection");
    drop(first);
    let mut second = Socket::connect_as(server.addr, &session);
    second.add(0, "values:echo", json!({}));
    second.transition();
    second.mutate(7, "values:bump", json!({}));
    assert_eq!(second.message(), answer, "on the next one");
    second.transition();
    assert!(second.version.ts >= ts(&answer));
}

#[test]
fn what_failed_runs_again() {
    let server = serve(options());
    let mut socket = server.socket();
    for _ in 0..2 {
        socket.mutate(0, "errors:fail", json!({"code": "x"}));
        assert_eq!(socket.response()["errorData"], json!({"code": "x"}));
    }
}

#[test]
fn a_repeat_with_something_else_in_it_is_none() {
    let server = serve(options());
    let mut socket = server.socket();
    socket.mutate(0, "notes:add", json!({"name": "a"}));
    assert_eq!(socket.response()["success"], true);
    for (path, args) in [("notes:add", json!({"name": "b"})), ("values:bump", json!({}))] {
        socket.mutate(0, path, args);
        let answer = socket.response();
        assert!(
            answer["result"]
                .as_str()
                .unwrap()
                .contains("IdempotencyKeyReused"),
            "{answer}"
        );
    }
    assert_eq!(notes(&server), 1.0);
}

#[test]
fn the_same_number_is_another_request_in_another_session_and_from_another_caller() {
    let server = serve(options());
    let session = uuid();
    let token = |subject| {
        let header = server.as_user(subject);
        header
            .trim()
            .strip_prefix("Authorization: Bearer ")
            .unwrap()
            .to_owned()
    };
    let add = |session: &str, token: Option<String>| {
        let mut socket = Socket::connect_as(server.addr, session);
        if let Some(token) = token {
            socket.authenticate(0, "User", &token);
        }
        socket.mutate(0, "notes:add", json!({"name": "a"}));
        ts(&socket.response())
    };
    let anonymous = add(&session, None);
    let ada = add(&session, Some(token("ada")));
    let bob = add(&session, Some(token("bob")));
    let other = add(&uuid(), None);
    assert_eq!(notes(&server), 4.0);
    assert!(anonymous < ada && ada < bob && bob < other);
    assert_eq!(add(&session, Some(token("ada"))), ada);
    assert_eq!(notes(&server), 4.0);
}

#[test]
fn the_last_thousand_of_a_session_can_be_repeated() {
    let server = serve(options());
    let mut socket = server.socket();
    let send = |socket: &mut Socket, id: u32| {
        socket.mutate(id, "notes:add", json!({"name": "x"}));
    };
    let mut answers = Vec::new();
    for id in 0..=1000 {
        send(&mut socket, id);
        answers.push(socket.response());
    }
    send(&mut socket, 0);
    let answer = socket.response();
    assert!(
        answer["result"].as_str().unwrap().contains("RequestForgotten"),
        "{answer}"
    );
    for id in [1, 1000] {
        send(&mut socket, id);
        assert_eq!(socket.response(), answers[usize::try_from(id).unwrap()]);
    }
    assert_eq!(notes(&server), 1001.0);
}

/// Whoever has an answer and has not been told what it changed sends the request again. With more than a thousand of
/// those, the outcomes of the first ones would be forgotten: so no more than that are read before a transition tells.
#[test]
fn what_no_transition_has_told_of_is_not_forgotten() {
    let server = serve(options());
    let session = uuid();
    let mut socket = Socket::connect_as(server.addr, &session);
    socket.add(0, "gate:look", json!({"name": "untold"}));
    socket.changes();
    let gate = app::shut("untold");
    for id in 0..1_100 {
        socket.mutate(id, "notes:add", json!({"name": "x"}));
    }
    let mut answers = Vec::new();
    while answers.len() < 1_000 {
        let message = socket.message();
        assert_eq!(message["type"], "MutationResponse", "{message}");
        answers.push(message);
    }
    let mut again = Socket::connect_as(server.addr, &session);
    for id in [0, 999] {
        again.mutate(id, "notes:add", json!({"name": "x"}));
        assert_eq!(again.response(), answers[usize::try_from(id).unwrap()]);
    }
    // After a transition the rest is read.
    drop(gate);
    assert_eq!(socket.message()["type"], "Transition");
    assert_eq!(socket.response()["requestId"], 1_000);
}
