//! Who calls: the `Authorization` header.

use data_encoding::BASE64;

use crate::support::{Reply, shared};

const WHO: &str = r#"{"path":"values:who","args":{}}"#;
const HIDDEN: &str = r#"{"path":"values:hidden","args":{"value":1}}"#;

fn ask(authorization: &str, body: &str) -> Reply {
    shared().post_with("/api/query", &format!("Authorization: {authorization}\r\n"), body)
}

fn refusal(authorization: &str) -> (u16, String) {
    let reply = ask(authorization, WHO);
    (reply.status, reply.code())
}

#[test]
fn nobody_is_somebody() {
    assert_eq!(
        shared().post("/api/query", WHO).json()["value"],
        serde_json::Value::Null
    );
}

#[test]
fn an_admin_key_opens_internal_functions_on_every_route() {
    let key = &shared().admin_key;
    for spelling in [
        format!("Convex {key}"),
        format!("convex {key}"),
        format!("CONVEX   {key}"),
        format!("Convex prod:{key}"),
        format!("Convex dev:{key}"),
    ] {
        let headers = format!("Authorization: {spelling}\r\n");
        for route in ["/api/query", "/api/function", "/api/run/values/hidden"] {
            let reply = shared().post_with(route, &headers, HIDDEN);
            assert_eq!(reply.json()["value"], 1.0, "{spelling} {route}");
        }
        let get = format!("GET /api/query?path=values:hidden&args={{%22value%22:1}} HTTP/1.1\r\n{headers}");
        assert_eq!(shared().ask(&get, b"").json()["value"], 1.0);
    }
}

#[test]
fn an_administrator_may_act_as_a_user() {
    let key = &shared().admin_key;
    let attributes = BASE64.encode(br#"{"issuer":"https://id.example","subject":"ada"}"#);
    for prefix in ["", "prod:"] {
        let reply = ask(&format!("Convex {prefix}{key}:{attributes}"), WHO);
        assert_eq!(reply.json()["value"], "https://id.example|ada");
    }
}

#[test]
fn unreadable_attributes_are_refused() {
    let key = &shared().admin_key;
    for attributes in [
        "",
        "!",
        "e30",
        &BASE64.encode(b"{}"),
        &BASE64.encode(b"5"),
        &BASE64.encode(b"{\"issuer\":5}"),
    ] {
        assert_eq!(
            refusal(&format!("Convex {key}:{attributes}")),
            (400, "InvalidAuthHeader".to_owned())
        );
    }
}

#[test]
fn a_bad_credential_is_never_nobody() {
    let key = &shared().admin_key;
    let short = &key[..key.len() - 1];
    for wrong in [
        "x",
        "admin|wrong",
        "admin|",
        "|",
        short,
        &format!("{key}x"),
        &key.to_uppercase(),
        "prod:",
    ] {
        assert_eq!(
            refusal(&format!("Convex {wrong}")),
            (401, "BadAdminKey".to_owned()),
            "{wrong}"
        );
    }
    assert_eq!(refusal("Bearer a.b.c"), (401, "MalformedToken".to_owned()));
    assert_eq!(refusal("Basic YTpi"), (401, "InvalidAuthHeader".to_owned()));
    for unreadable in ["", "Convex", "Bearer", "Bearer ", "Convex ä", key] {
        assert_eq!(
            refusal(unreadable),
            (400, "InvalidAuthHeader".to_owned()),
            "{unreadable}"
        );
    }
    let twice = format!("Authorization: Convex {key}\r\n").repeat(2);
    let reply = shared().post_with("/api/query", &twice, WHO);
    assert_eq!((reply.status, reply.code().as_str()), (400, "InvalidAuthHeader"));
}

#[test]
fn what_is_wrong_with_the_caller_is_told_before_what_is_wrong_with_the_call() {
    for body in [
        HIDDEN,
        WHO,
        r#"{"path":"values:absent","args":{}}"#,
        r#"{"path":"-"}"#,
        "{",
    ] {
        assert_eq!(ask("Convex x", body).code(), "BadAdminKey");
    }
}
