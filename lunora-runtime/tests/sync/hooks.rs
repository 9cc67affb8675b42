//! Hooks for connections, over real sockets.

use std::sync::OnceLock;

use lunora_runtime::{
    functions::{Clock, Connection, EngineOptions, SystemClock},
    triggers::MUTATIONS_AT_ONCE,
};
use serde_json::json;

use crate::support::{
    Running, Socket,
    app::{APP_ON_THE_WEB, APP_THAT_HANGS, shut},
    hooks::told,
    options, serve_app, serve_with,
    socket::{Heard, uuid},
};

fn shared() -> &'static Running {
    static SHARED: OnceLock<Running> = OnceLock::new();
    SHARED.get_or_init(|| serve_app(APP_ON_THE_WEB, options()))
}

fn connect(session: &str, user_agent: &str) -> Socket {
    connect_with(session, &format!("User-Agent: {user_agent}\r\n"))
}

fn connect_with(session: &str, headers: &str) -> Socket {
    connect_to(shared(), session, headers)
}

fn connect_to(server: &Running, session: &str, headers: &str) -> Socket {
    let mut socket = Socket::open_with(server.addr, "/api/sync", headers);
    socket.say(json!({"type": "Connect", "sessionId": session, "connectionCount": 0}));
    socket
}

#[test]
fn hooks_are_told_who_comes_and_who_goes() {
    let session = uuid();
    let mut socket = connect(&session, "tests/1.0");
    socket.add(0, "values:echo", json!({"value": 1}));
    assert_eq!(socket.changes()[0]["type"], "QueryUpdated");
    let came = told("door", &session);
    assert_eq!(came.user_agent.as_deref(), Some("tests/1.0"));
    assert_eq!(came.address.as_deref(), Some("127.0.0.1"));
    drop(socket);
    assert_eq!(told("away", &session), came);
}

#[test]
fn no_more_is_kept_of_what_a_client_calls_itself_than_the_limit() {
    let session = uuid();
    let _socket = connect(&session, &"x".repeat(4000));
    assert_eq!(told("door", &session).user_agent.unwrap().len(), 512);
}

#[test]
fn whom_a_gate_refuses_is_told_what_it_says() {
    let error = connect(&uuid(), "refused").fatal();
    assert_eq!(error, "the connection is refused: \"not you\"");
}

#[test]
fn nothing_is_read_of_a_client_before_the_gate_has_decided() {
    let mut socket = connect(&uuid(), "refused");
    socket.mutate(0, "notes:add", json!({"name": "x"}));
    loop {
        let message = socket.message();
        assert_ne!(message["type"], "MutationResponse", "{message}");
        if message["type"] == "FatalError" {
            break;
        }
    }
    let mut other = connect(&uuid(), "tests/1.0");
    other.add(0, "notes:count", json!({}));
    let changes = other.changes();
    assert_eq!(changes[0]["value"].as_f64(), Some(0.0), "{changes:?}");
}

#[test]
fn a_gate_that_fails_says_nothing_and_the_client_may_try_again() {
    let mut socket = connect(&uuid(), "broken");
    loop {
        match socket.hear() {
            Heard::Message(message) => assert!(!message.to_string().contains("1234"), "{message}"),
            Heard::Closed(code, reason) => {
                assert_eq!(code, 1011);
                assert_eq!(
                    reason,
                    "InternalServerError: the connection could not be announced"
                );
                return;
            }
            Heard::Gone => panic!("closed without a word"),
        }
    }
}

#[test]
fn clients_that_come_and_go_leave_no_more_to_be_done_than_the_limit() {
    let mut options = options();
    options.limits.connections = 2;
    let server = serve_app(APP_ON_THE_WEB, options);
    let gate = shut("goodbyes");
    let sessions = [uuid(), uuid()];
    let held = "User-Agent: held at goodbyes\r\n";
    let sockets = sessions
        .each_ref()
        .map(|session| connect_to(&server, session, held));
    let came = sessions.each_ref().map(|session| told("door", session));
    drop(sockets);
    for session in &sessions {
        told("leaving", session);
    }
    let mut another = connect_to(&server, &uuid(), "");
    another.add(0, "values:echo", json!({}));
    match another.hear() {
        Heard::Closed(1013, reason) => assert!(reason.contains("limit: connections"), "{reason}"),
        other => panic!("{other:?}"),
    }

    drop(gate);
    assert_eq!(sessions.each_ref().map(|session| told("away", session)), came);
    // A moment later there is room again.
    while connect_to(&server, &uuid(), "User-Agent: refused\r\n").end().1 == 1013 {}
}

#[test]
fn a_gate_answers_while_jobs_that_are_due_wait_and_others_hold_all_slots() {
    let engine = EngineOptions {
        threads: MUTATIONS_AT_ONCE + 4,
        ..EngineOptions::default()
    };
    let server = serve_with(APP_ON_THE_WEB, engine, options());
    let gate = shut("piled");
    let pile = json!({"path": "gate:pile", "args": {"name": "piled", "jobs": 10 * MUTATIONS_AT_ONCE}});
    assert_eq!(
        server.post("/api/mutation", pile.to_string()).json()["status"],
        "success"
    );
    let session = uuid();
    let mut socket = connect_to(&server, &session, "");
    socket.add(0, "values:echo", json!({"value": 1}));
    assert_eq!(socket.changes()[0]["value"], 1.0);
    told("door", &session);
    drop(gate);
}

fn subject(connection: &Connection) -> Option<&str> {
    connection.identity.as_ref().map(|user| &*user.subject)
}

#[test]
fn who_comes_is_whom_the_upgrade_names_and_who_goes_is_whom_the_last_token_names() {
    let token = |subject| shared().issuer.token(subject, SystemClock.now());
    let session = uuid();
    let mut socket = connect_with(&session, &format!("Authorization: Bearer {}\r\n", token("ada")));
    assert_eq!(subject(&told("door", &session)), Some("ada"));
    socket.authenticate(0, "User", &token("bob"));
    socket.transition();
    drop(socket);
    assert_eq!(subject(&told("away", &session)), Some("bob"));
}

#[test]
fn who_is_nobody_in_messages_is_nobody_for_hooks() {
    let token = shared().issuer.token("ada", SystemClock.now());
    let session = uuid();
    let mut socket = connect_with(&session, &format!("Authorization: Bearer {token}\r\n"));
    assert_eq!(subject(&told("door", &session)), Some("ada"));
    socket.say(json!({"type": "Authenticate", "baseVersion": 0, "tokenType": "None"}));
    socket.transition();
    drop(socket);
    assert_eq!(subject(&told("away", &session)), None);
}

#[test]
fn a_hook_that_holds_its_thread_does_not_stop_the_start() {
    let gate = shut("start");
    let server = serve_app(APP_THAT_HANGS, options());
    let mut socket = connect_to(&server, &uuid(), "");
    socket.add(0, "values:echo", json!({"value": 1}));
    assert_eq!(socket.changes()[0]["value"], 1.0);
    drop(gate);
}

#[test]
fn a_token_that_is_not_valid_names_nobody() {
    let session = uuid();
    let socket = connect_with(&session, "Authorization: Bearer nonsense\r\n");
    assert_eq!(subject(&told("door", &session)), None);
    drop(socket);
    assert_eq!(subject(&told("away", &session)), None);
}
