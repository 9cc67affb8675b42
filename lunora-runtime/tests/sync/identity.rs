//! Who is calling, and until when.

use std::{sync::Arc, time::Duration};

use lunora_runtime::{
    functions::{Clock, EngineOptions, Issuer, Scope, SystemClock},
    testing::TestClock,
};
use serde_json::{Value as Json, json};

use crate::support::{Running, Socket, app, options, serve, serve_with, shared};

const HOUR: Duration = Duration::from_hours(1);
const WHO: &str = "values:who";

fn token(server: &Running, subject: &str) -> String {
    server.issuer.token(subject, SystemClock.now())
}

fn watching_who(server: &Running) -> Socket {
    let mut socket = server.socket();
    socket.add(0, WHO, json!({}));
    assert_eq!(socket.changes()[0]["value"], Json::Null);
    socket
}

/// What the one query came to in the next transition.
fn told(socket: &mut Socket) -> Json {
    socket.changes()[0]["value"].clone()
}

#[test]
fn queries_run_again_for_another_caller() {
    let server = shared();
    let mut socket = watching_who(server);
    for (version, subject) in [(0, "ada"), (1, "bob")] {
        socket.authenticate(version, "User", &token(server, subject));
        assert_eq!(
            told(&mut socket),
            json!(format!("https://issuer.example|{subject}"))
        );
        assert_eq!(socket.version.identity, version + 1);
    }
    socket.say(json!({"type": "Authenticate", "baseVersion": 2, "tokenType": "None"}));
    assert_eq!(told(&mut socket), Json::Null);
    assert_eq!(socket.version.identity, 3);
}

#[test]
fn an_identity_is_confirmed_even_if_nothing_comes_of_it() {
    let server = shared();
    let mut socket = server.socket();
    socket.authenticate(0, "User", &token(server, "ada"));
    assert_eq!(socket.changes(), [] as [Json; 0]);
    socket.add(0, "values:echo", json!({}));
    socket.transition();
    socket.authenticate(1, "User", &token(server, "ada"));
    assert_eq!(socket.changes(), [] as [Json; 0]);
    assert_eq!(socket.version.identity, 2);
}

/// Few bytes say who one is, and a thousand queries run for those who are somebody else.
#[test]
fn for_the_same_caller_nothing_is_watched_again() {
    let server = serve(options());
    let mut socket = watching_who(&server);
    let mut watched_again = |version: u32, kind: &str, token: &str| {
        let before = server.runtime.public().lookups();
        socket.authenticate(version, kind, token);
        let changes = socket.changes().len();
        assert_eq!(socket.version.identity, version + 1);
        (server.runtime.public().lookups() - before, changes)
    };
    assert_eq!(watched_again(0, "None", ""), (0, 0));
    assert_eq!(watched_again(1, "User", &token(&server, "ada")), (1, 1));
    // Another token of the same user.
    let refreshed = server.issuer.claims("ada", SystemClock.now(), HOUR * 2);
    assert_eq!(watched_again(2, "User", &server.issuer.sign(&refreshed)), (0, 0));
    assert_eq!(watched_again(3, "User", &token(&server, "bob")), (1, 1));
    // What a key opens is decided anew.
    assert_eq!(watched_again(4, "Admin", &server.admin_key), (0, 1));
    assert_eq!(watched_again(5, "None", ""), (1, 0));
}

#[test]
fn a_call_is_made_by_whom_it_was_sent_by() {
    let server = serve(options());
    let mut socket = server.socket();
    let gate = app::shut("identity");
    socket.mutate(0, "gate:pass", json!({"name": "identity"}));
    // Sent by nobody, and still waiting when somebody is there.
    socket.mutate(1, "values:bump", json!({}));
    socket.authenticate(0, "User", &token(&server, "ada"));
    socket.add(0, WHO, json!({}));
    while socket.version.query_set < 1 {
        socket.transition();
    }
    drop(gate);
    assert_eq!(socket.response()["requestId"], 0);
    let answer = socket.response();
    socket.mutate(1, "values:bump", json!({}));
    assert_ne!(
        socket.response()["ts"],
        answer["ts"],
        "ada's request 1 is another one"
    );
}

#[test]
fn a_bad_token_ends_the_connection_and_what_came_after_it_does_not_run() {
    let server = serve(options());
    let old = server.issuer.claims("ada", SystemClock.now() - HOUR * 2, HOUR);
    for bad in [server.issuer.sign(&old), "nonsense".to_owned(), String::new()] {
        let mut socket = watching_who(&server);
        socket.authenticate(0, "User", &bad);
        socket.mutate(0, "notes:add", json!({"name": "too late"}));
        socket.add(1, "values:echo", json!({}));
        let (last, code, _) = socket.end();
        let last = last.expect("last words");
        assert_eq!((&last["type"], code), (&json!("AuthError"), 1005), "{last}");
        assert_eq!(
            (&last["authUpdateAttempted"], &last["baseVersion"]),
            (&json!(true), &json!(0))
        );
        assert_eq!(socket.version.query_set, 1);
    }
    let count = server.post("/api/query", r#"{"path":"notes:count","args":{}}"#);
    assert_eq!(count.json()["value"], json!(0.0));
}

#[test]
fn the_version_of_a_refusal_is_that_of_the_last_transition() {
    let server = shared();
    let mut socket = watching_who(server);
    socket.authenticate(0, "User", &token(server, "ada"));
    told(&mut socket);
    socket.authenticate(1, "User", "nonsense");
    assert_eq!(socket.end().0.unwrap()["baseVersion"], json!(1));
}

/// A server whose clock the test moves.
fn serve_timed() -> (Running, TestClock) {
    let clock = TestClock::default();
    let engine = EngineOptions {
        clock: Arc::new(clock.clone()),
        ..EngineOptions::default()
    };
    (serve_with(app::APP, engine, options()), clock)
}

#[test]
fn a_token_that_expires_ends_the_connection_and_nothing_is_told_after_it() {
    let (server, clock) = serve_timed();
    let mut socket = watching_who(&server);
    socket.authenticate(
        0,
        "User",
        &server
            .issuer
            .sign(&server.issuer.claims("ada", clock.now(), HOUR)),
    );
    told(&mut socket);
    clock.advance(HOUR);
    let (last, code, _) = socket.end();
    let last = last.expect("last words");
    assert_eq!((&last["type"], code), (&json!("AuthError"), 1005), "{last}");
    assert_eq!(
        (&last["authUpdateAttempted"], &last["baseVersion"]),
        (&json!(false), &json!(1))
    );
}

#[test]
fn a_new_token_takes_the_place_of_the_old_one() {
    let (server, clock) = serve_timed();
    let mut socket = watching_who(&server);
    for version in 0..3 {
        let claims = server.issuer.claims("ada", clock.now(), HOUR);
        socket.authenticate(version, "User", &server.issuer.sign(&claims));
        while socket.version.identity <= version {
            socket.transition();
        }
        clock.advance(HOUR / 2 + Duration::from_secs(1));
    }
    socket.add(1, "values:echo", json!({}));
    assert_eq!(
        socket.changes().len(),
        1,
        "it is still there after an hour and a half"
    );
}

#[test]
fn a_provider_that_is_down_says_nothing_about_the_token() {
    let nowhere = Issuer::oidc("http://127.0.0.1:9/", "test-app");
    let server = serve_with(app::APP.trust(nowhere), EngineOptions::default(), options());
    let issuer = lunora_runtime::testing::TestIssuer::new("http://127.0.0.1:9/", "test-app");
    let mut socket = watching_who(&server);
    socket.authenticate(0, "User", &issuer.token("ada", SystemClock.now()));
    let (last, code, reason) = socket.end();
    assert_eq!((last, code), (None, 1011));
    assert!(reason.starts_with("InternalServerError"), "{reason}");
}

#[test]
fn an_admin_key_opens_internal_functions() {
    let server = serve(options());
    let mut socket = server.socket();
    socket.authenticate(0, "Admin", &server.admin_key);
    socket.add(0, "values:hidden", json!({"value": 4}));
    while socket.version.query_set < 1 {
        for change in socket.changes() {
            assert_eq!(change["value"], json!(4.0));
        }
    }
    socket.mutate(0, "deep/er:purge", json!({"value": 5}));
    assert_eq!(socket.response()["result"], json!(5.0));
    socket.act(1, "deep/er:sweep", json!({"value": 6}));
    assert_eq!(socket.response()["result"], json!(6.0));
    socket.say(json!({"type": "Authenticate", "baseVersion": 1, "tokenType": "None"}));
    let change = socket.changes().remove(0);
    assert_eq!(
        change["type"], "QueryFailed",
        "what the key had opened is closed again: {change}"
    );
}

#[test]
fn a_key_may_have_the_sort_of_deployment_before_it() {
    let server = serve(options());
    for prefix in ["prod:", "dev:"] {
        let mut socket = server.socket();
        socket.authenticate(0, "Admin", &format!("{prefix}{}", server.admin_key));
        socket.transition();
        assert_eq!(socket.version.identity, 1);
    }
}

#[test]
fn the_holder_of_a_key_acts_as_a_user() {
    let server = serve(options());
    let header = server.with_key("acts", &[Scope::ActAs], "");
    let acts = header.trim().strip_prefix("Authorization: Convex ").unwrap();
    for (key, name) in [
        (server.admin_key.as_str(), "impersonating"),
        (server.admin_key.as_str(), "acting_as"),
        (acts, "acting_as"),
    ] {
        let mut socket = watching_who(&server);
        let mut message =
            json!({"type": "Authenticate", "baseVersion": 0, "tokenType": "Admin", "value": key});
        message[name] = json!({"issuer": "i", "subject": "s"});
        socket.say(message);
        assert_eq!(told(&mut socket), json!("i|s"));
    }
}

#[test]
fn a_key_that_is_revoked_ends_the_connection() {
    let server = serve(options());
    let header = server.with_key("short-lived", &[Scope::RunInternal], "");
    let key = header.trim().strip_prefix("Authorization: Convex ").unwrap();
    let mut socket = server.socket();
    socket.authenticate(0, "Admin", key);
    socket.transition();
    let reply = server.post_with(
        "/api/admin/keys/revoke",
        &server.as_admin(),
        r#"{"name":"short-lived"}"#,
    );
    assert_eq!(reply.status, 200, "{reply:?}");
    let (last, _, _) = socket.end();
    let last = last.expect("last words");
    assert_eq!(
        (&last["type"], &last["authUpdateAttempted"]),
        (&json!("AuthError"), &json!(false))
    );
    let mut again = server.socket();
    again.authenticate(0, "Admin", key);
    assert_eq!(again.end().0.unwrap()["authUpdateAttempted"], json!(true));
}

#[test]
fn a_key_without_the_scope_opens_nothing() {
    let server = serve(options());
    let header = server.with_key("data", &[Scope::ReadData], "");
    let key = header.trim().strip_prefix("Authorization: Convex ").unwrap();
    let mut socket = server.socket();
    socket.authenticate(0, "Admin", key);
    assert_eq!(socket.end().0.unwrap()["type"], "AuthError");
}
