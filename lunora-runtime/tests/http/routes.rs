//! Routes that call no function, and addresses that are no route.

use crate::support::{Connection, shared};

fn get(path: &str) -> crate::support::Reply {
    shared().ask(&format!("GET {path} HTTP/1.1\r\n"), b"")
}

#[test]
fn plain_pages() {
    let version = env!("CARGO_PKG_VERSION");
    for (path, text) in [
        ("/version", version),
        ("/instance_version", version),
        ("/instance_name", "lunora"),
        ("/health", "ok\n"),
    ] {
        let reply = get(path);
        assert_eq!((reply.status, reply.text()), (200, text), "{path}");
        assert_eq!(reply.header("content-type"), Some("text/plain; charset=utf-8"));
    }
    let home = get("/");
    assert_eq!(home.status, 200);
    assert!(home.text().starts_with("This is a Lunora server"), "{home:?}");
}

#[test]
fn other_addresses_are_not_found() {
    for path in [
        "/nothing",
        "/api",
        "/api/",
        "/api/query/",
        "/API/query",
        "//api/query",
        "/api//query",
        "/api/%71uery",
        "/version/",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let reply = shared().ask(
                &format!("{method} {path} HTTP/1.1\r\nContent-Type: application/json\r\n"),
                b"",
            );
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (404, "NotFound"),
                "{method} {path}"
            );
        }
    }
}

#[test]
fn another_method_is_told_which_ones_there_are() {
    for (method, path, allow) in [
        ("GET", "/api/mutation", "POST"),
        ("PUT", "/api/query", "GET,HEAD,POST"),
        ("DELETE", "/api/run/a/b", "POST"),
        ("POST", "/version", "GET,HEAD"),
        ("OPTIONS", "/health", "GET,HEAD"),
        ("BREW", "/", "GET,HEAD"),
    ] {
        let reply = shared().ask(&format!("{method} {path} HTTP/1.1\r\n"), b"");
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (405, "MethodNotAllowed"),
            "{method} {path}"
        );
        let mut methods: Vec<_> = reply.header("allow").unwrap().split(',').map(str::trim).collect();
        methods.sort_unstable();
        assert_eq!(methods.join(","), allow, "{method} {path}");
    }
}

#[test]
fn head_is_get_without_the_body() {
    for path in ["/", "/version", "/health", "/api/query?path=values:echo"] {
        let mut connection = Connection::to(shared().addr);
        let get = connection.ask(&format!("GET {path} HTTP/1.1\r\n"), b"");
        let head = connection.ask(&format!("HEAD {path} HTTP/1.1\r\n"), b"");
        assert_eq!((head.status, &head.body), (get.status, &Vec::new()));
        assert_eq!(head.header("content-length"), get.header("content-length"));
        assert_eq!(
            connection.ask("GET /version HTTP/1.1\r\n", b"").status,
            200,
            "the connection is in step"
        );
    }
}

#[test]
fn requests_may_follow_each_other_without_waiting() {
    let mut connection = shared().connect();
    for value in 0..10 {
        let body = format!(r#"{{"path":"values:echo","args":{{"value":{value}}}}}"#);
        connection.send_request(
            "POST /api/query HTTP/1.1\r\nContent-Type: application/json\r\n",
            body.as_bytes(),
        );
    }
    for value in 0..10 {
        assert_eq!(connection.reply().unwrap().json()["value"], f64::from(value));
    }
}
