//! Web pages of other origins.

use lunora_runtime::server::{AllowedOrigins, ServerOptions};

use crate::support::{Reply, options, serve, shared};

const ORIGIN: &str = "Origin: https://app.example\r\n";

fn allowed(reply: &Reply) -> Option<&str> {
    reply.header("access-control-allow-origin")
}

#[test]
fn a_preflight_needs_no_credentials_and_mirrors_what_it_is_asked() {
    for path in [
        "/api/query",
        "/api/mutation",
        "/api/run/a/b",
        "/api/nothing",
        "/api",
    ] {
        let head = format!(
            "OPTIONS {path} HTTP/1.1\r\n{ORIGIN}Access-Control-Request-Method: POST\r\n\
             Access-Control-Request-Headers: content-type,convex-client,authorization\r\nAuthorization: Convex x\r\n"
        );
        let reply = shared().ask(&head, b"");
        assert_eq!((reply.status, reply.text()), (200, ""), "{path}");
        assert_eq!(allowed(&reply), Some("https://app.example"));
        let methods = reply.header("access-control-allow-methods");
        assert_eq!(methods, Some("GET, POST, PUT, PATCH, DELETE, OPTIONS"));
        let headers = reply.header("access-control-allow-headers");
        assert_eq!(headers, Some("content-type,convex-client,authorization"));
        assert_eq!(reply.header("access-control-max-age"), Some("86400"));
        assert_eq!(reply.header("access-control-allow-credentials"), None);
        assert!(reply.header("vary").unwrap().starts_with("origin"));
    }
}

/// A list may come in several lines (RFC 9110, section 5.3).
#[test]
fn a_preflight_mirrors_every_header_that_it_asks_for() {
    let head = format!(
        "OPTIONS /api/query HTTP/1.1\r\n{ORIGIN}Access-Control-Request-Headers: content-type\r\n\
         Access-Control-Request-Headers: authorization,convex-client\r\n"
    );
    let reply = shared().ask(&head, b"");
    let allowed = reply.headers.iter();
    let allowed = allowed.filter(|(name, _)| name == "access-control-allow-headers");
    let allowed: Vec<_> = allowed
        .flat_map(|(_, value)| value.split(',').map(str::trim))
        .collect();
    assert_eq!(allowed, ["content-type", "authorization", "convex-client"]);
}

#[test]
fn every_answer_under_api_carries_the_origin_and_errors_do_too() {
    let ask = |path: &str, body: &str| shared().post_with(path, ORIGIN, body);
    for (reply, status) in [
        (ask("/api/query", r#"{"path":"values:echo","args":{}}"#), 200),
        (ask("/api/query", r#"{"path":"values:absent","args":{}}"#), 200),
        (ask("/api/query", "{"), 400),
        (ask("/api/nothing", "{"), 404),
        (
            shared().ask(&format!("DELETE /api/query HTTP/1.1\r\n{ORIGIN}"), b""),
            405,
        ),
        (
            shared().post_with(
                "/api/query",
                &format!("{ORIGIN}Authorization: Convex x\r\n"),
                "{}",
            ),
            401,
        ),
    ] {
        assert_eq!(
            (reply.status, allowed(&reply)),
            (status, Some("https://app.example")),
            "{reply:?}"
        );
        assert_eq!(reply.header("vary"), Some("origin"));
    }
}

#[test]
fn outside_of_api_and_without_an_origin_there_is_nothing_to_allow() {
    for path in ["/version", "/", "/apis", "/nothing"] {
        assert_eq!(
            allowed(&shared().ask(&format!("GET {path} HTTP/1.1\r\n{ORIGIN}"), b"")),
            None,
            "{path}"
        );
    }
    let reply = shared().post("/api/query", r#"{"path":"values:echo","args":{}}"#);
    assert_eq!((allowed(&reply), reply.header("vary")), (None, Some("origin")));
}

#[test]
fn a_list_of_origins_leaves_the_others_out() {
    let cors = AllowedOrigins::Listed(vec!["https://app.example".to_owned()]);
    let server = serve(ServerOptions { cors, ..options() });
    let body = r#"{"path":"values:echo","args":{}}"#;
    let reply = server.post_with("/api/query", ORIGIN, body);
    assert_eq!(allowed(&reply), Some("https://app.example"));
    for other in [
        "https://app.example.evil",
        "http://app.example",
        "null",
        "https://APP.example",
    ] {
        let origin = format!("Origin: {other}\r\n");
        let reply = server.post_with("/api/query", &origin, body);
        assert_eq!((reply.status, allowed(&reply)), (200, None), "{other}");
        let preflight = server.ask(&format!("OPTIONS /api/query HTTP/1.1\r\n{origin}"), b"");
        assert_eq!((preflight.status, allowed(&preflight)), (200, None));
        assert_eq!(preflight.header("access-control-allow-methods"), None);
    }
}
