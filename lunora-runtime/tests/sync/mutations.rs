//! Mutations, and what is told before what.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::support::{
    Socket, app, client::without_request_id, options, serve, shared, socket::Heard, socket::ts,
};

const NOTHING: [Json; 0] = [];

#[test]
fn the_answer_comes_first_and_then_a_transition_with_the_effect() {
    let server = serve(options());
    let mut socket = server.socket();
    socket.add(0, "notes:count", json!({}));
    assert_eq!(socket.changes()[0]["value"], json!(0.0));
    for id in 0..100 {
        socket.mutate(id, "notes:add", json!({"name": "x"}));
        let answer = socket.message();
        assert_eq!(
            (&answer["type"], &answer["requestId"]),
            (&json!("MutationResponse"), &json!(id))
        );
        let committed = ts(&answer);
        let changes = socket.changes();
        assert!(socket.version.ts >= committed);
        assert_eq!(changes[0]["value"], json!(f64::from(id + 1)));
    }
}

#[test]
fn many_at_once_are_answered_in_their_order_and_never_after_their_effect() {
    let server = serve(options());
    let mut other = server.socket();
    let mut socket = server.socket();
    socket.add(0, "notes:count", json!({}));
    socket.transition();
    for id in 0..300 {
        other.mutate(id, "notes:add", json!({"name": "other"}));
        // Every third fails; those have no commit to wait for and must not overtake the others.
        let (path, args) = if id % 3 == 0 {
            ("errors:fail", json!({"code": "x"}))
        } else {
            ("notes:add", json!({"name": "own"}))
        };
        socket.mutate(id, path, args);
    }
    let (mut next, mut commits) = (0, Vec::new());
    while next < 300 {
        let message = socket.message();
        if message["type"] == "Transition" {
            continue;
        }
        assert_eq!(message["requestId"], json!(next));
        assert_eq!(message["success"], next % 3 != 0);
        if message["success"] == true {
            let committed = ts(&message);
            assert!(
                committed > socket.version.ts,
                "a transition has told of it already"
            );
            assert!(commits.last().is_none_or(|last| *last < committed));
            commits.push(committed);
        }
        next += 1;
    }
    let last = *commits.last().unwrap();
    while socket.version.ts < last {
        socket.transition();
    }
}

#[test]
fn a_transition_follows_every_answer_whatever_it_says() {
    let server = serve(options());
    let mut socket = server.socket();
    // Watching nothing.
    socket.mutate(0, "notes:add", json!({"name": "x"}));
    let committed = ts(&socket.message());
    assert_eq!(socket.changes(), NOTHING);
    assert!(socket.version.ts >= committed);
    socket.mutate(1, "errors:fail", json!({"code": "x"}));
    assert_eq!(socket.message()["success"], false);
    assert_eq!(socket.changes(), NOTHING);
    // Watching something that does not change.
    socket.add(0, "values:echo", json!({"value": 1}));
    socket.transition();
    socket.mutate(2, "notes:add", json!({"name": "x"}));
    let committed = ts(&socket.message());
    assert_eq!(socket.changes(), NOTHING);
    assert!(socket.version.ts >= committed);
    socket.mutate(3, "errors:fail", json!({"code": "x"}));
    assert_eq!(socket.message()["success"], false);
    assert_eq!(socket.changes(), NOTHING);
}

#[test]
fn failures_say_as_much_as_over_http() {
    let server = shared();
    let mut socket = server.socket();
    for (id, (path, args)) in [
        ("errors:fail", json!({"code": "x"})),
        ("values:echo", json!({})),
        ("values:none", json!({})),
        ("deep/er:purge", json!({"value": 1})),
        ("notes:add", json!({})),
        ("notes:add", json!({"name": 5})),
    ]
    .into_iter()
    .enumerate()
    {
        socket.mutate(u32::try_from(id).unwrap(), path, args.clone());
        let answer = socket.response();
        assert_eq!(answer["success"], false);
        let http = server
            .post("/api/mutation", json!({"path": path, "args": args}).to_string())
            .json();
        let text = |json: &Json, field: &str| without_request_id(json[field].as_str().unwrap());
        assert_eq!(text(&answer, "result"), text(&http, "errorMessage"));
        assert_eq!(answer.get("errorData"), http.get("errorData"));
    }
}

#[test]
fn what_is_wrong_with_one_mutation_is_its_failure_alone() {
    let mut socket = shared().socket();
    let mut component =
        json!({"type": "Mutation", "requestId": 3, "udfPath": "notes:add", "args": [{"name": "x"}]});
    component["componentPath"] = json!("mounted");
    socket.mutate(0, "no path!", json!({}));
    socket.say(json!({"type": "Mutation", "requestId": 1, "udfPath": "notes:add", "args": [1, 2]}));
    socket.mutate(2, "notes:add", json!({"name": {"$map": []}}));
    socket.say(component);
    let words = ["is not a function path", "one object", "`$map`", "components"];
    let mut answers = BTreeMap::new();
    while answers.len() < words.len() {
        let answer = socket.response();
        answers.insert(
            answer["requestId"].as_u64().unwrap(),
            answer["result"].as_str().unwrap().to_owned(),
        );
    }
    for (text, words) in answers.values().zip(words) {
        assert!(text.contains(words), "{text}");
    }
    socket.mutate(4, "notes:add", json!({"name": "x"}));
    assert_eq!(socket.response()["success"], true);
}

#[test]
fn the_next_one_does_not_start_before_the_one_before_is_ordered_and_queries_and_actions_do() {
    let server = serve(options());
    let gate = app::shut("one at a time");
    let mut socket = server.socket();
    socket.mutate(0, "gate:pass", json!({"name": "one at a time"}));
    socket.mutate(1, "notes:add", json!({"name": "second"}));
    socket.add(0, "notes:count", json!({}));
    let changes = socket.changes();
    assert_eq!(
        changes[0]["value"],
        json!(0.0),
        "the second would have been committed"
    );
    socket.act(2, "values:echo", json!({}));
    assert_eq!(socket.response()["type"], "ActionResponse");
    let mut other = server.socket();
    other.mutate(0, "notes:add", json!({"name": "of another connection"}));
    assert_eq!(other.response()["success"], true);
    drop(gate);
    assert_eq!(socket.response()["requestId"], 0);
    assert_eq!(socket.response()["requestId"], 1);
}

/// A thousand that end without having started do not pile up on one another.
#[test]
fn a_thousand_refusals_in_a_row_are_answered() {
    let mut socket = shared().socket();
    let gate = app::shut("refusals");
    socket.mutate(0, "gate:pass", json!({"name": "refusals"}));
    for id in 1..1000 {
        socket.mutate(id, "values:none", json!({}));
    }
    drop(gate);
    for id in 0..1000 {
        assert_eq!(socket.response()["requestId"], id);
    }
}

#[test]
fn what_was_sent_before_the_client_left_is_committed_or_not_and_nothing_hangs() {
    let server = serve(options());
    for _ in 0..20 {
        let mut socket = server.socket();
        for id in 0..50 {
            socket.mutate(id, "notes:add", json!({"name": "x"}));
        }
        drop(socket);
    }
    let mut socket = Socket::connect(server.addr);
    socket.mutate(0, "notes:add", json!({"name": "x"}));
    assert!(matches!(socket.hear(), Heard::Message(answer) if answer["success"] == true));
}
