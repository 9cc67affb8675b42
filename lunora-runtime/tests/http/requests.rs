//! How a request may be worded, and what is said to one that is not.

use crate::support::{Reply, shared};

fn code(route: &str, body: &str) -> (u16, String) {
    let reply = shared().post(route, body);
    (reply.status, reply.code())
}

fn is_success(reply: &Reply) -> bool {
    reply.status == 200 && reply.text().starts_with(r#"{"status":"success""#)
}

#[test]
fn arguments_are_an_object_or_an_array_that_holds_it() {
    for args in [r#"{"value":1}"#, r#"[{"value":1}]"#] {
        let body = format!(r#"{{"path":"values:echo","args":{args}}}"#);
        assert_eq!(shared().post("/api/query", &body).json()["value"], 1.0);
    }
}

/// The array around the object is a matter of wording, and no level of what is sent.
#[test]
fn arguments_nest_as_deep_in_either_wording() {
    let nested = |levels: usize| {
        // The arguments themselves are the first level.
        let value = format!("{}{}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        let object = format!(r#"{{"value":{value}}}"#);
        let in_body = |args: &str| {
            let body = format!(r#"{{"path":"values:echo","args":{args}}}"#);
            shared().post("/api/query", body)
        };
        let in_address = |args: &str| {
            let args = args.replace('"', "%22");
            shared().ask(
                &format!("GET /api/query?path=values:echo&args={args} HTTP/1.1\r\n"),
                b"",
            )
        };
        let array = format!("[{object}]");
        [
            in_body(&object),
            in_body(&array),
            in_address(&object),
            in_address(&array),
        ]
    };
    for reply in nested(64) {
        assert!(is_success(&reply), "{reply:?}");
    }
    for reply in nested(65) {
        assert_eq!((reply.status, reply.code().as_str()), (400, "BadJsonBody"));
        assert!(reply.text().contains("nested deeper than 64 levels"), "{reply:?}");
    }
}

#[test]
fn arguments_of_any_other_shape_are_refused() {
    for args in [
        "[]",
        "[1]",
        r#"[{"value":1},{}]"#,
        "null",
        "1",
        r#""x""#,
        "[[{}]]",
    ] {
        for route in [
            "/api/query",
            "/api/mutation",
            "/api/action",
            "/api/function",
            "/api/run/values/echo",
        ] {
            let body = format!(r#"{{"path":"values:echo","args":{args}}}"#);
            assert_eq!(
                code(route, &body),
                (400, "BadArguments".to_owned()),
                "{route} {args}"
            );
        }
    }
    for route in ["/api/function", "/api/run/values/echo"] {
        let body = r#"{"path":"values:echo","args":[{"value":1}]}"#;
        assert_eq!(code(route, body), (400, "BadArguments".to_owned()), "{route}");
    }
}

#[test]
fn unknown_keys_are_ignored_and_repeated_ones_are_not() {
    let body = r#"{"path":"values:echo","args":{"value":1},"more":{"deep":[1,2]},"componentPath":""}"#;
    assert!(is_success(&shared().post("/api/query", body)));
    let body = r#"{"path":"values:echo","args":{"value":1},"componentPath":null,"format":null}"#;
    assert!(is_success(&shared().post("/api/query", body)));
    let body = r#"{"path":"values:echo","path":"values:echo","args":{}}"#;
    assert_eq!(code("/api/query", body), (400, "BadJsonBody".to_owned()));
}

/// A list of values in the order of our own fields is no wording of a request.
#[test]
fn a_request_is_an_object_and_no_list() {
    for body in [
        r#"["values:who"]"#,
        r#"["values:who","json",{}]"#,
        r#"["values:who","json",{},null,null]"#,
    ] {
        for route in [
            "/api/query",
            "/api/query_at_ts",
            "/api/function",
            "/api/run/values/who",
        ] {
            assert_eq!(
                code(route, body),
                (400, "BadJsonBody".to_owned()),
                "{route} {body}"
            );
        }
        let batch = format!(r#"{{"queries":[{body}]}}"#);
        assert_eq!(code("/api/query_batch", &batch), (400, "BadJsonBody".to_owned()));
    }
    let admin = shared().as_admin();
    let made = shared().post_with("/api/admin/keys/create", &admin, r#"["listed",["run-internal"]]"#);
    assert_eq!((made.status, made.code().as_str()), (400, "BadJsonBody"));
}

/// What a route has no use for is an unknown key there, whatever it holds.
#[test]
fn keys_that_mean_something_elsewhere_are_ignored_like_unknown_ones() {
    for ignored in [
        "7",
        "null",
        r#"{"deep":[1]}"#,
        "[]",
        "true",
        r#""soon""#,
        "-1.5e3",
    ] {
        let body = format!(r#"{{"path":"values:echo","args":{{"value":1}},"ts":{ignored}}}"#);
        for route in ["/api/query", "/api/function", "/api/run/values/echo"] {
            assert!(is_success(&shared().post(route, &body)), "{route} {ignored}");
        }
        let batch = shared().post("/api/query_batch", format!(r#"{{"queries":[{body}]}}"#));
        assert_eq!(batch.json()["results"][0]["value"], 1.0, "{ignored}");
        let named_twice = format!(r#"{{"path":{ignored},"args":{{"value":1}}}}"#);
        assert!(
            is_success(&shared().post("/api/run/values/echo", &named_twice)),
            "{ignored}"
        );
    }
}

#[test]
fn only_the_root_component_exists() {
    let body = r#"{"path":"values:echo","args":{},"componentPath":"mounted"}"#;
    for route in [
        "/api/query",
        "/api/mutation",
        "/api/action",
        "/api/function",
        "/api/run/values/echo",
    ] {
        assert_eq!(code(route, body), (400, "BadComponentPath".to_owned()));
    }
    let reply = shared().post_with("/api/function", &shared().as_admin(), body);
    assert_eq!((reply.status, reply.code().as_str()), (400, "BadComponentPath"));
}

#[test]
fn what_is_not_the_expected_json_is_a_bad_body() {
    let deep = format!(r#"{{"path":"a:b","args":{}}}"#, "[".repeat(100_000));
    for body in [
        "",
        "{",
        "null",
        "[]",
        "{}",
        r#"{"path":5}"#,
        r#"{"path":"a:b","args":{}} x"#,
        r#"{"path":"a:b","args":{"x":{"$integer":"!"}}}"#,
        r#"{"path":"a:b","args":{"x":{"$float":"AAAAAAAAFEA="}}}"#,
        r#"{"path":"a:b","args":{"x":{"$set":[]}}}"#,
        r#"{"path":"a:b","args":{"ä":1}}"#,
        r#"{"path":"a:b","args":{"x":1e999}}"#,
        r#"{"path":"a:b","format":7}"#,
        r#"{"path":"a:b","componentPath":{}}"#,
        &deep,
    ] {
        assert_eq!(
            code("/api/query", body),
            (400, "BadJsonBody".to_owned()),
            "{body:.60}"
        );
    }
}

#[test]
fn an_error_in_an_argument_names_its_place() {
    let reply = shared().post(
        "/api/query",
        r#"{"path":"a:b","args":{"x":[{"y":{"$integer":"!"}}]}}"#,
    );
    assert!(
        reply.json()["message"].as_str().unwrap().contains("args.x[0].y"),
        "{reply:?}"
    );
}

#[test]
fn formats_and_paths_are_checked() {
    let body = r#"{"path":"values:echo","format":"xml","args":{}}"#;
    assert_eq!(code("/api/query", body), (400, "BadFormat".to_owned()));
    for path in ["", ":", "a-b:c", "a.ts:b", "../a:b", "a:b:c", "a//b:c", "/a:b"] {
        let body = format!(r#"{{"path":"{path}","args":{{}}}}"#);
        for route in ["/api/query", "/api/mutation", "/api/action", "/api/function"] {
            assert_eq!(
                code(route, &body),
                (400, "BadConvexFunctionIdentifier".to_owned()),
                "{path}"
            );
        }
    }
}

#[test]
fn the_content_type_must_be_json() {
    let body = br#"{"path":"values:echo","args":{"value":1}}"#;
    for good in ["application/json", "Application/JSON; charset=utf-8"] {
        let head = format!("POST /api/query HTTP/1.1\r\nContent-Type: {good}\r\n");
        assert!(is_success(&shared().ask(&head, body)), "{good}");
    }
    for bad in [
        "",
        "Content-Type: text/plain\r\n",
        "Content-Type: application/jsonp\r\n",
        "Content-Type: \r\n",
    ] {
        let reply = shared().ask(&format!("POST /api/query HTTP/1.1\r\n{bad}"), body);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "BadJsonBody"),
            "{bad}"
        );
    }
}

#[test]
fn a_query_may_stand_in_the_address() {
    let get = |query: &str| shared().ask(&format!("GET /api/query?{query} HTTP/1.1\r\n"), b"");
    for query in [
        "path=values:echo&args=%7B%22value%22%3A1%7D",
        "path=values%3Aecho&args=[{%22value%22:1}]&format=json&other=1",
        "args={%22value%22:+1}&format=convex_encoded_json&path=values.js:echo",
    ] {
        assert_eq!(
            get(query).text(),
            r#"{"status":"success","value":1.0,"logLines":[]}"#,
            "{query}"
        );
    }
    assert!(is_success(&get("path=values:echo&args={}")));
    for (query, code) in [
        ("", "BadJsonBody"),
        ("args={}", "BadJsonBody"),
        ("path=values:echo&args=", "BadJsonBody"),
        ("path=values:echo&args={", "BadJsonBody"),
        ("path=values:echo&args=5", "BadArguments"),
        ("path=values:echo&path=values:echo", "BadQueryString"),
        ("path=values:echo&format=xml", "BadFormat"),
        ("path=a-b:c", "BadConvexFunctionIdentifier"),
        ("path=%ff:c", "BadConvexFunctionIdentifier"),
        ("path=values:echo&componentPath=x", "BadComponentPath"),
    ] {
        let reply = get(query);
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{query}");
    }
    // Not replaced by something else: a body like that is refused as well.
    let broken = get("path=values:echo&args={%22value%22:%22%FF%22}");
    assert_eq!((broken.status, broken.code().as_str()), (400, "BadJsonBody"));
    let other = get("path=values:echo&args={}&other=%FF");
    assert!(is_success(&other), "{other:?}");
    let whole = get("path=values:echo&args={%22value%22:%22%C3%A4+%EF%BF%BD%22}");
    assert_eq!(whole.json()["value"], "ä \u{fffd}");
    let refused = get("path=errors:fail");
    assert!(
        refused.text().contains("as Query, but it is defined as Mutation"),
        "{refused:?}"
    );
}

#[test]
fn a_function_may_be_named_by_the_address() {
    let body = r#"{"args":{"value":1}}"#;
    for address in ["values/echo", "values.js/echo", "v%61lues/%65cho"] {
        assert!(
            is_success(&shared().post(&format!("/api/run/{address}"), body)),
            "{address}"
        );
    }
    for address in [
        "values",
        "values:echo",
        "values//echo",
        "values/echo/",
        "values%2Fecho",
        "a/%ff",
        "../a/b",
        "a/b:c",
    ] {
        let reply = shared().post(&format!("/api/run/{address}"), body);
        let refused = (reply.status, reply.code());
        assert_eq!(
            refused,
            (400, "BadConvexFunctionIdentifier".to_owned()),
            "{address}"
        );
    }
    let reply = shared().post("/api/run/", body);
    assert_eq!((reply.status, reply.code().as_str()), (404, "NotFound"));
}

#[test]
fn any_kind_of_function_runs_where_no_kind_is_named() {
    let fail = r#"{"path":"errors:fail","args":{"code":"x"}}"#;
    for route in ["/api/function", "/api/run/errors/fail"] {
        assert_eq!(shared().post(route, fail).json()["errorData"]["code"], "x");
    }
}

#[test]
fn idempotency_keys_are_checked() {
    let body = r#"{"path":"errors:fail","args":{"code":"x"}}"#;
    let ask = |headers: &str| shared().post_with("/api/mutation", headers, body);
    let uuid = "Idempotency-Key: 67e55044-10b1-426f-9247-bb680e5fe0c8\r\n";
    assert_eq!(ask(uuid).status, 200);
    let long = format!("Idempotency-Key: {}\r\n", "x".repeat(256));
    let twice = uuid.repeat(2);
    for headers in [
        "Idempotency-Key: guessable\r\n",
        "Idempotency-Key:\r\n",
        "Idempotency-Key: ä\r\n",
        &long,
        &twice,
    ] {
        let reply = ask(headers);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "BadIdempotencyKey"),
            "{headers}"
        );
    }
    let admin = shared().as_admin();
    assert_eq!(ask(&format!("{admin}Idempotency-Key: order 17\r\n")).status, 200);
    assert_eq!(ask(&format!("{admin}{}", long.replacen('x', "", 1))).status, 200);
    assert_eq!(ask(&format!("{admin}{long}")).status, 400);
}

#[test]
fn a_repeat_under_one_key_gets_the_first_answer() {
    let ask = |route: &str, key: &str| {
        let reply = shared().post_with(route, key, r#"{"path":"values:bump","args":{}}"#);
        assert!(is_success(&reply), "{reply:?}");
        reply.json()["value"].as_f64().unwrap()
    };
    let key = "Idempotency-Key: 11111111-2222-3333-4444-555555555555\r\n";
    let first = ask("/api/mutation", key);
    for route in ["/api/mutation", "/api/function", "/api/run/values/bump"] {
        assert!((ask(route, key) - first).abs() < 0.5, "{route}");
        assert!(ask(route, "") > first);
    }
    let other = shared().post_with(
        "/api/mutation",
        key,
        r#"{"path":"errors:fail","args":{"code":"x"}}"#,
    );
    assert!(other.text().contains("IdempotencyKeyReused"), "{other:?}");
}

#[test]
fn a_client_that_has_no_more_to_ask_still_gets_its_answer() {
    let mut client = shared().connect();
    client.send_request(
        "POST /api/mutation HTTP/1.1\r\nContent-Type: application/json\r\n",
        br#"{"path":"values:bump","args":{}}"#,
    );
    client.close_write();
    assert_eq!(client.reply().unwrap().status, 200);
}
