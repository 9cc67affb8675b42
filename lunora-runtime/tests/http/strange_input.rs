//! Whatever arrives: no panic, no 5xx, and an answer in JSON. `LUNORA_FUZZ_CASES` sets the number of cases.

use std::{cell::RefCell, fmt::Write};

use proptest::{prelude::*, test_runner::TestRunner};

use crate::support::{Connection, Reply, shared};

const ROUTES: [&str; 5] = [
    "/api/query",
    "/api/mutation",
    "/api/action",
    "/api/function",
    "/api/run/values/echo",
];

fn check<S: Strategy>(share: u32, strategy: S, test: impl Fn(S::Value)) {
    let cases = std::env::var("LUNORA_FUZZ_CASES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(4000);
    let config = ProptestConfig {
        cases: cases / share,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    TestRunner::new(config)
        .run(&strategy, |input| {
            test(input);
            Ok(())
        })
        .unwrap();
}

thread_local! {
    static CONNECTION: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

/// Sends a request on a connection that is kept as long as the server keeps it.
fn ask(head: &str, body: &[u8]) -> Reply {
    CONNECTION.with_borrow_mut(|kept| {
        if let Some(connection) = kept {
            connection.send_request(head, body);
            if let Some(reply) = connection.reply() {
                return reply;
            }
        }
        kept.insert(shared().connect()).ask(head, body)
    })
}

/// A call's answer, or a refusal with a code.
fn assert_is_an_answer(reply: &Reply) {
    let json = reply.json();
    match reply.status {
        200 => assert!(
            matches!(json["status"].as_str(), Some("success" | "error")),
            "{json}"
        ),
        400 | 401 | 404 | 413 => assert!(!reply.code().is_empty()),
        other => panic!("status {other}: {json}"),
    }
}

fn post(route: usize, body: &[u8]) {
    let head = format!(
        "POST {} HTTP/1.1\r\nContent-Type: application/json\r\n",
        ROUTES[route]
    );
    assert_is_an_answer(&ask(&head, body));
}

#[test]
fn random_bytes() {
    check(
        4,
        (0..ROUTES.len(), prop::collection::vec(any::<u8>(), 0..200)),
        |(route, body)| post(route, &body),
    );
}

/// JSON texts that are often nearly what is expected.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just(r#"{"$integer":"BQAAAAAAAAA="}"#.to_owned()),
        Just(r#"{"$float":"AAAAAAAA+H8="}"#.to_owned()),
        Just(r#"{"$bytes":"AA"}"#.to_owned()),
        any::<f64>().prop_filter_map("JSON has no such number", |number| number
            .is_finite()
            .then(|| number.to_string())),
        any::<i128>().prop_map(|number| number.to_string()),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        "[0-9eE.+-]{1,12}",
    ];
    let key = prop_oneof![
        "[a-z_$]{0,6}",
        Just("$integer".to_owned()),
        Just("value".to_owned()),
        any::<String>()
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|fields| object(&fields)),
        ]
    })
}

fn object(fields: &[(String, String)]) -> String {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{}:{value}", serde_json::to_string(name).unwrap()))
        .collect();
    format!("{{{}}}", fields.join(","))
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("values:echo".to_owned()),
        Just("values:hidden".to_owned()),
        "[a-z]{1,5}(/[a-zA-Z_.]{0,5}){0,3}(\\.js)?(:[a-z0-9_]{0,6}){0,2}",
        any::<String>(),
    ]
}

#[test]
fn almost_requests() {
    let key = prop_oneof![
        5 => Just("path".to_owned()), 5 => Just("args".to_owned()), 2 => Just("format".to_owned()),
        1 => Just("componentPath".to_owned()), 1 => any::<String>(),
    ];
    let value = prop_oneof![2 => json(), 1 => path().prop_map(|path| serde_json::to_string(&path).unwrap())];
    let body = prop::collection::vec((key, value), 0..5).prop_map(|fields| object(&fields));
    check(2, (0..ROUTES.len(), body), |(route, body)| {
        post(route, body.as_bytes());
    });
}

#[test]
fn any_arguments_and_cut_off_anywhere() {
    check(
        4,
        (0..ROUTES.len(), path(), json(), any::<prop::sample::Index>()),
        |(route, path, args, cut)| {
            let path = serde_json::to_string(&path).unwrap();
            let body =
                format!(r#"{{"path":{path},"args":{{"value":{args}}},"format":"convex_encoded_json"}}"#);
            post(route, body.as_bytes());
            post(route, &body.as_bytes()[..cut.index(body.len())]);
        },
    );
}

#[test]
fn any_address() {
    let characters = "[a-zA-Z0-9%/?&=:.+\\-_~\\[\\]{}\"]{0,40}";
    check(
        4,
        (prop_oneof!["/api/query\\?", "/api/run/", "/"], characters),
        |(start, rest)| {
            let reply = ask(&format!("GET {start}{rest} HTTP/1.1\r\n"), b"");
            assert!(reply.status < 500, "{reply:?}");
            let reply = ask(
                &format!("POST {start}{rest} HTTP/1.1\r\nContent-Type: application/json\r\n"),
                b"{}",
            );
            assert!(reply.status < 500, "{reply:?}");
        },
    );
}

#[test]
fn any_header() {
    let value = prop_oneof![
        "[ -~]{0,40}",
        "(Convex|Bearer|convex) [ -~]{0,40}",
        "[a-f0-9]{8}-[a-f0-9-]{27}"
    ];
    let name = prop_oneof![
        Just("Authorization"),
        Just("Idempotency-Key"),
        Just("Origin"),
        Just("Content-Type"),
        Just("Convex-Client"),
        Just("Access-Control-Request-Headers"),
        Just("X-Forwarded-For"),
        Just("Accept-Encoding"),
    ];
    let headers = prop::collection::vec((name, value), 0..4);
    check(4, (0..ROUTES.len(), headers), |(route, headers)| {
        let mut head = format!("POST {} HTTP/1.1\r\n", ROUTES[route]);
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        assert_is_an_answer(&ask(&head, br#"{"path":"values:echo","args":{"value":1}}"#));
    });
}

#[test]
fn depth_bombs() {
    for depth in [10, 60, 64, 65, 120, 130, 1000, 1_000_000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let bomb = format!("{}null{}", open.repeat(depth), close.repeat(depth));
            for key in ["args", "other", "path", "format"] {
                post(
                    0,
                    format!(r#"{{"path":"values:echo","{key}":{bomb}}}"#).as_bytes(),
                );
                post(
                    0,
                    format!(
                        r#"{{"path":"values:echo","args":{{"value":{bomb}}},"{key}":{}}}"#,
                        open.repeat(depth)
                    )
                    .as_bytes(),
                );
            }
        }
    }
}

#[test]
fn bytes_that_are_not_http() {
    check(20, prop::collection::vec(any::<u8>(), 0..300), |bytes| {
        let mut connection = shared().connect();
        connection.send(&bytes);
        connection.close_write();
        if let Some(reply) = connection.reply() {
            assert!(reply.status < 500, "{reply:?}");
        }
    });
    assert_eq!(shared().ask("GET /health HTTP/1.1\r\n", b"").status, 200);
}
