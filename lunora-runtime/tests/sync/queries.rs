//! Queries and transitions.

use serde_json::{Value as Json, json};

use crate::support::{
    Socket,
    client::without_request_id,
    options, serve, shared,
    socket::{add, ts, uuid},
};

fn value(change: &Json) -> &Json {
    assert_eq!(change["type"], "QueryUpdated", "{change}");
    &change["value"]
}

#[test]
fn all_results_come_in_one_transition() {
    let mut socket = shared().socket();
    socket.modify(json!([
        add(0, "values:echo", json!({"value": 1.0})),
        add(1, "values:echo", json!({"value": "x"})),
    ]));
    let changes = socket.changes();
    let told: Vec<_> = changes
        .iter()
        .map(|change| (&change["queryId"], value(change)))
        .collect();
    assert_eq!(told, [(&json!(0), &json!(1.0)), (&json!(1), &json!("x"))]);
    assert_eq!((socket.version.query_set, socket.version.identity), (1, 0));
    assert!(socket.version.ts.0 > 0);
}

#[test]
fn floats_have_a_point_and_integers_their_own_form() {
    let mut socket = shared().socket();
    socket.add(0, "values:echo", json!({"value": {"$integer": "BQAAAAAAAAA="}}));
    assert_eq!(socket.changes()[0]["value"], json!({"$integer": "BQAAAAAAAAA="}));
    socket.add(1, "values:echo", json!({"value": 5}));
    assert!(socket.transition().to_string().contains(r#""value":5.0"#));
}

#[test]
fn a_change_of_nothing_is_covered_too() {
    let mut socket = shared().socket();
    socket.modify(json!([]));
    assert_eq!(socket.changes(), [] as [Json; 0]);
    assert_eq!(socket.version.query_set, 1);
    assert!(socket.version.ts.0 > 0, "it is as of the newest commit");
    socket.add(0, "values:echo", json!({}));
    socket.transition();
    let before = socket.version.ts;
    socket.modify(json!([]));
    assert_eq!(socket.changes(), [] as [Json; 0]);
    assert_eq!((socket.version.query_set, socket.version.ts), (3, before));
}

#[test]
fn every_change_is_covered_however_fast_they_come() {
    let mut socket = shared().socket();
    for id in 0..50 {
        socket.add(id, "values:echo", json!({"value": id}));
        if id % 2 == 1 {
            socket.remove(id - 1);
        }
    }
    let mut shown = std::collections::BTreeMap::new();
    while socket.version.query_set < 75 {
        for change in socket.changes() {
            let id = change["queryId"].as_u64().unwrap();
            match change["type"].as_str().unwrap() {
                "QueryUpdated" => drop(shown.insert(id, change["value"].clone())),
                "QueryRemoved" => drop(shown.remove(&id)),
                _ => panic!("{change}"),
            }
        }
    }
    let expected = (0..50)
        .filter(|id| id % 2 == 1)
        .map(|id| (id, json!(f64::from(u32::try_from(id).unwrap()))));
    assert_eq!(shown, expected.collect());
}

#[test]
fn a_commit_reaches_those_who_watch_what_it_changed() {
    let server = serve(options());
    let mut reader = server.socket();
    reader.modify(json!([
        add(0, "notes:count", json!({})),
        add(1, "values:echo", json!({"value": 1}))
    ]));
    assert_eq!(reader.changes().len(), 2);
    let mut writer = server.socket();
    writer.mutate(0, "notes:add", json!({"name": "a"}));
    let committed = ts(&writer.response());
    let changes = reader.changes();
    assert_eq!(
        changes.len(),
        1,
        "what has not changed is not told again: {changes:?}"
    );
    assert_eq!(
        (&changes[0]["queryId"], value(&changes[0])),
        (&json!(0), &json!(1.0))
    );
    assert!(reader.version.ts >= committed);
}

#[test]
fn what_was_removed_is_told_so_and_no_more() {
    let server = serve(options());
    let mut socket = server.socket();
    socket.modify(json!([
        add(0, "notes:count", json!({})),
        add(1, "notes:count", json!({"a": 1}))
    ]));
    assert_eq!(socket.changes().len(), 2);
    socket.modify(json!([{"type": "Remove", "queryId": 0}, {"type": "Remove", "queryId": 1}]));
    let removed = |id: u32| json!({"type": "QueryRemoved", "queryId": id});
    assert_eq!(socket.changes(), [removed(0), removed(1)]);
    socket.mutate(0, "notes:add", json!({"name": "a"}));
    assert_eq!(socket.message()["type"], "MutationResponse");
    assert_eq!(socket.changes(), [] as [Json; 0]);
    socket.add(0, "notes:count", json!({}));
    assert_eq!(
        value(&socket.changes()[0]),
        &json!(1.0),
        "its number may come again"
    );
}

#[test]
fn failures_of_queries_say_as_much_as_over_http() {
    let server = shared();
    for (path, args) in [
        ("errors:refuse", json!({})),
        ("errors:crash", json!({})),
        ("values:bump", json!({})),
        ("values:none", json!({})),
        ("values:hidden", json!({"value": 1})),
        ("values:who", json!({"more": 1})),
    ] {
        let mut socket = server.socket();
        socket.add(0, path, args.clone());
        let change = socket.changes().remove(0);
        assert_eq!(change["type"], "QueryFailed", "{change}");
        let http = server
            .post("/api/query", json!({"path": path, "args": args}).to_string())
            .json();
        let text = |json: &Json, field: &str| without_request_id(json[field].as_str().unwrap());
        assert_eq!(text(&change, "errorMessage"), text(&http, "errorMessage"));
        assert_eq!(change.get("errorData"), http.get("errorData"));
        socket.add(1, "values:echo", json!({"value": 1}));
        assert_eq!(
            value(&socket.changes()[0]),
            &json!(1.0),
            "the connection lives on"
        );
    }
}

#[test]
fn what_is_wrong_with_one_query_is_its_failure_alone() {
    let mut socket = shared().socket();
    let mut component = add(3, "values:echo", json!({"value": 1}));
    component["componentPath"] = json!("mounted");
    socket.modify(json!([
        add(0, "no path!", json!({})),
        {"type": "Add", "queryId": 1, "udfPath": "values:echo", "args": [1, 2]},
        add(2, "values:echo", json!({"value": {"$set": []}})),
        component,
        add(4, "values:echo", json!({"value": 1})),
    ]));
    let mut changes = Vec::new();
    while changes.len() < 5 {
        changes.extend(socket.changes());
    }
    changes.sort_by_key(|change| change["queryId"].as_u64());
    let (good, bad) = (changes.pop().unwrap(), changes);
    assert_eq!(value(&good), &json!(1.0));
    for (change, words) in bad
        .iter()
        .zip(["is not a function path", "one object", "`$set`", "components"])
    {
        let text = change["errorMessage"].as_str().unwrap();
        assert!(
            change["type"] == "QueryFailed" && text.contains(words),
            "{change}"
        );
    }
    socket.modify(json!([{"type": "Remove", "queryId": 0}, {"type": "Remove", "queryId": 3}]));
    assert_eq!(socket.changes().len(), 2, "they are in the set like any other");
}

#[test]
fn both_spellings_of_clients_name_one_function() {
    let mut socket = shared().socket();
    for (id, path) in ["values:echo", "values.js:echo"].into_iter().enumerate() {
        socket.add(u32::try_from(id).unwrap(), path, json!({"value": 1}));
        assert_eq!(value(&socket.changes()[0]), &json!(1.0));
    }
}

fn add_note(server: &crate::support::Running, name: &str) {
    let body = json!({"path": "notes:add", "args": {"name": name}});
    assert_eq!(
        server.post("/api/mutation", body.to_string()).json()["status"],
        "success"
    );
}

fn names(change: &Json) -> Vec<&str> {
    let page = value(change)["page"].as_array().unwrap();
    page.iter().map(|note| note["name"].as_str().unwrap()).collect()
}

#[test]
fn a_page_keeps_its_end_also_over_a_reconnect() {
    let server = serve(options());
    for name in ["a", "b", "c"] {
        add_note(&server, name);
    }
    let first = json!({"options": {"numItems": 2, "cursor": null}});
    let mut socket = server.socket();
    socket.add(0, "notes:page", first.clone());
    let page = socket.changes().remove(0);
    assert_eq!(names(&page), ["a", "b"]);
    let journal = page["journal"].as_str().expect("a journal").to_owned();
    let rest = json!({"options": {"numItems": 9, "cursor": value(&page)["continueCursor"]}});
    socket.add(1, "notes:page", rest.clone());
    assert_eq!(names(&socket.changes()[0]), ["c"]);

    add_note(&server, "d");
    let changes = socket.changes();
    assert_eq!(changes.len(), 1, "the first page ends where it did: {changes:?}");
    assert_eq!(names(&changes[0]), ["c", "d"]);

    let mut again = server.socket();
    let mut with_journal = add(
        0,
        "notes:page",
        json!({"options": {"numItems": 1, "cursor": null}}),
    );
    with_journal["journal"] = json!(journal);
    again.modify(json!([with_journal]));
    let page = again.changes().remove(0);
    assert_eq!(page["journal"], json!(journal));
}

#[test]
fn a_made_up_journal_opens_nothing() {
    let server = serve(options());
    add_note(&server, "a");
    let mut socket = server.socket();
    let mut query = add(
        0,
        "notes:page",
        json!({"options": {"numItems": 1, "cursor": null}}),
    );
    query["journal"] = json!("AAAA");
    socket.modify(json!([query]));
    let change = socket.changes().remove(0);
    assert!(
        change["type"] == "QueryFailed" || names(&change) == ["a"],
        "{change}"
    );
}

#[test]
fn one_who_does_not_read_gets_fewer_results_and_the_newest() {
    let server = serve(options());
    let mut slow = server.socket();
    slow.add(
        0,
        "notes:page",
        json!({"options": {"numItems": 1_000_000, "cursor": null}}),
    );
    assert_eq!(names(&slow.changes()[0]).len(), 0);
    let mut writer = server.socket();
    let large = "x".repeat(50_000);
    for id in 0..200 {
        writer.mutate(id, "notes:add", json!({"name": large}));
        assert_eq!(writer.response()["success"], true);
    }
    let (mut told, mut seen) = (0, 0);
    while seen < 200 {
        seen = names(&slow.changes()[0]).len();
        told += 1;
    }
    assert!(
        told < 150,
        "{told} transitions for 200 commits that were not read"
    );
}

#[test]
fn a_client_that_has_seen_more_than_there_is_goes_elsewhere() {
    let server = shared();
    let mut socket = Socket::open(server.addr, "/api/sync");
    socket.say(json!({
        "type": "Connect", "sessionId": uuid(), "connectionCount": 1, "maxObservedTimestamp": "/////////38=",
    }));
    let (last, code, reason) = socket.end();
    assert_eq!((last, code), (None, 1011));
    assert!(reason.starts_with("InternalServerError"), "{reason}");
}
