//! A mutation that is sent more than once under one `Idempotency-Key` has one effect and one answer.

mod support;

use std::{sync::Barrier, thread};

use serde_json::{Value, json};
use support::{
    http::Client,
    program,
    seed::{generator, of_this_run, uuid},
    server::Server,
};
use tempfile::TempDir;

/// A server with a directory of its own.
fn fixture() -> (Server, TempDir) {
    let data = tempfile::tempdir().unwrap();
    (Server::start(&program::fixture(), data.path()), data)
}

fn key() -> String {
    uuid(&mut generator(of_this_run(), 0))
}

fn message(body: &str) -> Value {
    json!({"channel": "general", "author": "ada", "body": body})
}

/// The bodies of all messages.
fn bodies(client: &mut Client) -> Vec<String> {
    let listed = client.call("query", "messages:list", &json!({"channel": "general"}));
    let listed = listed.unwrap().unwrap();
    let messages = listed.as_array().unwrap().iter();
    messages
        .map(|message| message["body"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_repeat_has_the_same_answer_and_no_effect() {
    let (server, _data) = fixture();
    let (mut client, key) = (server.connect(), key());
    let mut send = || {
        client
            .call_once(&key, "messages:send", &message("once"))
            .unwrap()
            .unwrap()
    };
    let id = send();
    assert!(id.is_string());
    assert_eq!((send(), send()), (id.clone(), id));
    assert_eq!(bodies(&mut client), ["once"]);
}

#[test]
fn without_a_key_or_with_another_one_it_is_another_call() {
    let (server, _data) = fixture();
    let mut client = server.connect();
    let mut random = generator(of_this_run(), 0);
    let mut ids = vec![
        client
            .call("mutation", "messages:send", &message("same"))
            .unwrap()
            .unwrap(),
    ];
    ids.push(
        client
            .call("mutation", "messages:send", &message("same"))
            .unwrap()
            .unwrap(),
    );
    for _ in 0..2 {
        let key = uuid(&mut random);
        ids.push(
            client
                .call_once(&key, "messages:send", &message("same"))
                .unwrap()
                .unwrap(),
        );
    }
    ids.sort_by_key(Value::to_string);
    ids.dedup();
    assert_eq!(ids.len(), 4);
    assert_eq!(bodies(&mut client).len(), 4);
}

#[test]
fn sixteen_at_once_are_one() {
    let (server, _data) = fixture();
    let mut random = generator(of_this_run(), 0);
    for round in 1..=5 {
        let (key, start, addr) = (uuid(&mut random), Barrier::new(16), server.addr());
        let send = || {
            let mut client = Client::connect(addr).unwrap();
            start.wait();
            client
                .call_once(&key, "messages:send", &message("at once"))
                .unwrap()
                .unwrap()
        };
        let ids = thread::scope(|scope| {
            let sending = [(); 16].map(|()| scope.spawn(send));
            sending.map(|sending| sending.join().unwrap())
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(bodies(&mut server.connect()).len(), round);
    }
}

#[test]
fn a_repeat_after_a_crash_has_the_same_answer() {
    let (mut server, data) = fixture();
    let key = key();
    let send = |server: &Server| {
        let sent = server
            .connect()
            .call_once(&key, "messages:send", &message("durable"));
        sent.unwrap().unwrap()
    };
    let id = send(&server);
    server.process().kill();
    let server = Server::start(&program::fixture(), data.path());
    assert_eq!(send(&server), id);
    assert_eq!(bodies(&mut server.connect()), ["durable"]);
}

#[test]
fn one_key_for_two_calls_is_an_error() {
    let (server, _data) = fixture();
    let (mut client, key) = (server.connect(), key());
    client
        .call_once(&key, "messages:send", &message("first"))
        .unwrap()
        .unwrap();
    let others = [
        ("messages:send", message("second")),
        ("errors:fail", json!({"code": "E1"})),
    ];
    for (function, args) in others {
        let (text, data) = client.call_once(&key, function, &args).unwrap().unwrap_failure();
        assert!(text.contains("IdempotencyKeyReused"), "{text}");
        assert!(text.contains("Use a new key"), "{text}");
        assert_eq!(data, None);
    }
    assert_eq!(bodies(&mut client), ["first"]);
}

#[test]
fn the_order_of_fields_is_no_difference() {
    let (server, _data) = fixture();
    let mut client = server.connect();
    let headers = [("Idempotency-Key", &*key())];
    // As text: a JSON library would put both in one order.
    let ids = [
        r#"{"channel":"general","author":"ada","body":"x"}"#,
        r#"{"body":"x","author":"ada","channel":"general"}"#,
    ]
    .map(|args| {
        let body = format!(r#"{{"path":"messages:send","args":{args}}}"#);
        client.post_text("/api/mutation", &headers, &body).unwrap().body
    });
    assert_eq!(ids[0]["status"], "success", "{ids:?}");
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn an_anonymous_key_is_a_uuid() {
    let (server, _data) = fixture();
    let mut client = server.connect();
    for key in [
        "",
        "1",
        "order-17",
        "67e5504410b1426f9247bb680e5fe0c8",
        &"a".repeat(256),
    ] {
        let body = json!({"path": "messages:send", "args": message("guessable")});
        let reply = client
            .post("/api/mutation", &[("Idempotency-Key", key)], &body)
            .unwrap();
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (400, &json!("BadIdempotencyKey")),
            "{key}"
        );
        let text = reply.body["message"].as_str().unwrap();
        assert!(text.contains("Idempotency-Key"), "{text}");
    }
    assert_eq!(bodies(&mut client), [""; 0]);
}

#[test]
fn an_administrator_may_choose_any_key_and_shares_none_with_clients() {
    let (server, data) = fixture();
    let secret = std::fs::read_to_string(data.path().join("admin-key")).unwrap();
    let authorization = format!("Convex {}", secret.trim());
    let mut client = server.connect();
    let mut as_admin = |key: &str| {
        let headers = [("Authorization", &*authorization), ("Idempotency-Key", key)];
        client
            .call_with(&headers, "mutation", "messages:send", &message("nightly"))
            .unwrap()
            .unwrap()
    };
    let uuid = key();
    assert_eq!(as_admin("nightly-2030-01-01"), as_admin("nightly-2030-01-01"));
    let theirs = as_admin(&uuid);
    let ours = server
        .connect()
        .call_once(&uuid, "messages:send", &message("nightly"));
    assert_ne!(ours.unwrap().unwrap(), theirs);
    assert_eq!(bodies(&mut server.connect()).len(), 3);
}

#[test]
fn a_failed_mutation_is_run_again() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(&program::bank(), data.path());
    let (mut client, key) = (server.connect(), key());
    let open = |from: u32, balance: u32| {
        let args = json!({"from": from, "count": 1, "balance": balance});
        server
            .connect()
            .call("mutation", "bank:open", &args)
            .unwrap()
            .unwrap()
    };
    open(0, 10);
    open(1, 0);
    open(2, 100);
    let args = json!({"from": 0, "to": 1, "amount": 50});
    let (_, data) = client
        .call_once(&key, "bank:transfer", &args)
        .unwrap()
        .unwrap_failure();
    assert_eq!(data, Some(json!({"code": "overdraft", "balance": 10.0})));
    let fund = json!({"from": 2, "to": 0, "amount": 60});
    client.call("mutation", "bank:transfer", &fund).unwrap().unwrap();
    // The same call under the same key, and now it can be done; but only once.
    for _ in 0..2 {
        client.call_once(&key, "bank:transfer", &args).unwrap().unwrap();
    }
    let balances = [0, 1, 2].map(|account| {
        client
            .call("query", "bank:balance", &json!({"account": account}))
            .unwrap()
            .unwrap()
    });
    assert_eq!(balances, [json!(20.0), json!(50.0), json!(40.0)]);
}
