//! Queries at a timestamp, and several at one.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::support::{Reply, Running, limited, options, serve, shared};

fn query_ts(server: &Running) -> String {
    let reply = server.ask(
        "POST /api/query_ts HTTP/1.1\r\nContent-Type: application/json\r\n",
        b"",
    );
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["ts"].as_str().unwrap().to_owned()
}

fn number(ts: &str) -> u64 {
    u64::from_le_bytes(BASE64.decode(ts.as_bytes()).unwrap().try_into().unwrap())
}

fn at_ts(server: &Running, ts: &str, path: &str, args: &Value) -> Reply {
    server.post(
        "/api/query_at_ts",
        json!({"path": path, "args": args, "ts": ts}).to_string(),
    )
}

fn batch(server: &Running, queries: &[Value]) -> Reply {
    server.post("/api/query_batch", json!({"queries": queries}).to_string())
}

fn add(server: &Running, name: &str) {
    let added = server.post(
        "/api/mutation",
        json!({"path": "notes:add", "args": {"name": name}}).to_string(),
    );
    assert_eq!(added.json()["status"], "success", "{added:?}");
}

#[test]
fn a_query_at_a_timestamp_sees_what_was_there_then() {
    let server = serve(options());
    let mut before = Vec::new();
    for count in 0..5 {
        before.push((query_ts(&server), f64::from(count)));
        add(&server, &format!("note {count}"));
    }
    assert!(before.is_sorted_by(|left, right| number(&left.0) < number(&right.0)));
    for (ts, count) in before {
        let reply = at_ts(&server, &ts, "notes:count", &json!({}));
        assert_eq!(reply.json()["value"], count, "{reply:?}");
    }
    let now = server.post("/api/query", r#"{"path":"notes:count","args":{}}"#);
    assert_eq!(now.json()["value"], 5.0);
}

#[test]
fn timestamps_that_cannot_be_read_are_refused() {
    let far = BASE64.encode(&(u64::MAX >> 1).to_le_bytes());
    for (ts, code) in [
        (far.as_str(), "TimestampTooNew"),
        ("//////////8=", "TimestampTooNew"),
        ("AAAA", "BadTimestamp"),
        ("soon", "BadTimestamp"),
        ("", "BadTimestamp"),
    ] {
        let reply = at_ts(shared(), ts, "values:echo", &json!({"value": 1}));
        assert_eq!((reply.status, &*reply.code()), (400, code), "{ts}");
    }
    let missing = shared().post("/api/query_at_ts", r#"{"path":"values:echo","args":{}}"#);
    assert_eq!((missing.status, &*missing.code()), (400, "BadTimestamp"));
    let number = shared().post("/api/query_at_ts", r#"{"path":"values:echo","args":{},"ts":7}"#);
    assert_eq!((number.status, &*number.code()), (400, "BadJsonBody"));
}

#[test]
fn it_is_for_queries_alone() {
    let ts = query_ts(shared());
    let reply = at_ts(shared(), &ts, "values:bump", &json!({}));
    assert!(
        reply.text().contains("but it is defined as Mutation"),
        "{reply:?}"
    );
    let reply = batch(shared(), &[json!({"path": "values:bump", "args": {}})]);
    assert!(
        reply.text().contains("but it is defined as Mutation"),
        "{reply:?}"
    );
}

#[test]
fn a_batch_answers_each_query_in_its_own_way() {
    let reply = batch(
        shared(),
        &[
            json!({"path": "values:echo", "args": [{"value": "a"}]}),
            json!({"path": "values:nothing", "args": {}}),
            json!({"path": "values:echo", "args": {"value": {"$integer": "BQAAAAAAAAA="}}, "format": "json"}),
            json!({"path": "errors:crash", "args": {}}),
            json!({"path": "values:echo", "args": {"other": 1}}),
        ],
    );
    let results = reply.json()["results"].take();
    assert_eq!(
        results[0],
        json!({"status": "success", "value": "a", "logLines": []})
    );
    let message = |at: usize| results[at]["errorMessage"].as_str().unwrap().to_owned();
    assert!(message(1).ends_with("Could not find public function for 'values:nothing'."));
    assert_eq!(results[2]["value"], "5");
    assert!(message(3).ends_with("Server Error"));
    assert!(message(4).contains("ArgumentValidationError"));
    assert_eq!(results.as_array().unwrap().len(), 5);
    assert_eq!(batch(shared(), &[]).json(), json!({"results": []}));
}

/// A writer adds notes all the time; all counts of a batch are of one commit.
#[test]
fn a_batch_is_of_one_commit() {
    let server = serve(options());
    let count = json!({"path": "notes:count", "args": {}});
    let queries: Vec<_> = (0..20).map(|_| count.clone()).collect();
    thread::scope(|scope| {
        let (stop, stopped) = mpsc::channel::<()>();
        scope.spawn(|| {
            let stopped = stopped;
            for note in 0.. {
                add(&server, &format!("note {note}"));
                if stopped.try_recv() != Err(mpsc::TryRecvError::Empty) {
                    return;
                }
            }
        });
        let (mut seen, end) = (Vec::new(), Instant::now() + Duration::from_mins(1));
        while seen.len() < 5 && Instant::now() < end {
            let results = batch(&server, &queries).json()["results"].take();
            let counts: Vec<_> = results
                .as_array()
                .unwrap()
                .iter()
                .map(|result| result["value"].as_f64().unwrap())
                .collect();
            assert!(
                counts
                    .windows(2)
                    .all(|pair| pair[0].to_bits() == pair[1].to_bits()),
                "{counts:?}"
            );
            seen.push(counts[0]);
            seen.dedup();
        }
        drop(stop);
        assert_eq!(seen.len(), 5, "the writer has written meanwhile: {seen:?}");
    });
}

#[test]
fn a_batch_has_so_many_queries_and_no_more() {
    let server = serve(limited(|limits| limits.batch_queries = 3));
    let echo = json!({"path": "values:echo", "args": {"value": 1}});
    let reply = batch(&server, &[echo.clone(), echo.clone(), echo.clone()]);
    assert_eq!(reply.json()["results"].as_array().unwrap().len(), 3);
    let reply = batch(&server, &[echo.clone(), echo.clone(), echo.clone(), echo]);
    assert_eq!((reply.status, &*reply.code()), (413, "TooManyQueries"));
    assert!(reply.text().contains("batch_queries"));
}

#[test]
fn the_results_of_a_batch_are_so_large_and_no_larger() {
    // What is around a result that is a string, and around all of them.
    let (around, outside) = (
        r#"{"status":"success","value":"","logLines":[]}"#.len(),
        r#"{"results":["#.len(),
    );
    let server = serve(limited(|limits| {
        limits.batch_result_bytes = outside + around + 100;
    }));
    let echo = |length: usize| {
        batch(
            &server,
            &[json!({"path": "values:echo", "args": {"value": "x".repeat(length)}})],
        )
    };
    assert_eq!(echo(100).status, 200);
    let reply = echo(101);
    assert_eq!((reply.status, &*reply.code()), (413, "ResultsTooLarge"));
    assert!(reply.text().contains("batch_result_bytes"));
}

#[test]
fn what_is_no_batch_is_refused() {
    for body in [
        "",
        "[]",
        "{}",
        r#"{"queries":{}}"#,
        r#"{"queries":[1]}"#,
        r#"{"queries":[]"#,
        r#"{"queries":[]}x"#,
        r#"{"queries":[],"queries":[]}"#,
        r#"{"queries":[{"args":{}}]}"#,
    ] {
        let reply = shared().post("/api/query_batch", body);
        assert_eq!((reply.status, &*reply.code()), (400, "BadJsonBody"), "{body}");
    }
    let reply = shared().ask("POST /api/query_batch HTTP/1.1\r\n", br#"{"queries":[]}"#);
    assert_eq!(reply.code(), "BadJsonBody");
    for (query, code) in [
        (json!({"path": "a b", "args": {}}), "BadConvexFunctionIdentifier"),
        (json!({"path": "values:echo", "args": 5}), "BadArguments"),
        (
            json!({"path": "values:echo", "args": {}, "format": "xml"}),
            "BadFormat",
        ),
        (
            json!({"path": "values:echo", "args": {}, "componentPath": "x"}),
            "BadComponentPath",
        ),
    ] {
        let reply = batch(shared(), &[query]);
        assert_eq!((reply.status, &*reply.code()), (400, code));
    }
}
