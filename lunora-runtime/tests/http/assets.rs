//! The files of an application.

use std::sync::OnceLock;

use lunora_runtime::functions::Asset;

use crate::support::{Reply, Running, app::APP, options, serve_app, shared};

const PAGE: &[u8] = b"<!doctype html><title>Page</title>";
const SCRIPT: &[u8] = b"document.title = 'Script'";

const ASSETS: &[Asset] = &[
    Asset::new("/index.html", PAGE),
    Asset::new("/parts/app.js", SCRIPT),
    Asset::new("/unknown", b"?"),
];

fn server() -> &'static Running {
    static SERVER: OnceLock<Running> = OnceLock::new();
    SERVER.get_or_init(|| serve_app(APP.assets(ASSETS), options()))
}

fn get(path: &str) -> Reply {
    server().ask(&format!("GET {path} HTTP/1.1\r\n"), b"")
}

#[test]
fn files_come_with_their_types() {
    for (path, content_type, bytes) in [
        ("/", "text/html; charset=utf-8", PAGE),
        ("/index.html", "text/html; charset=utf-8", PAGE),
        ("/index.html?theme=dark", "text/html; charset=utf-8", PAGE),
        ("/parts/app.js", "text/javascript; charset=utf-8", SCRIPT),
        ("/unknown", "application/octet-stream", b"?"),
    ] {
        let reply = get(path);
        assert_eq!((reply.status, &*reply.body), (200, bytes), "{path}");
        assert_eq!(reply.header("content-type"), Some(content_type), "{path}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    }
}

#[test]
fn a_copy_that_is_still_right_is_not_sent_again() {
    let reply = get("/");
    assert_eq!(reply.header("cache-control"), Some("no-cache"));
    let etag = reply.header("etag").unwrap().to_owned();
    assert_ne!(get("/parts/app.js").header("etag"), Some(&*etag));
    let ask = |tags: &str| server().ask(&format!("GET / HTTP/1.1\r\nIf-None-Match: {tags}\r\n"), b"");
    for tags in [&*etag, &format!("W/{etag}"), &format!("\"other\", {etag}"), "*"] {
        let reply = ask(tags);
        assert_eq!((reply.status, reply.body.len()), (304, 0), "{tags}");
        assert_eq!(reply.header("etag"), Some(&*etag));
    }
    assert_eq!(ask("\"other\"").body, PAGE);
}

#[test]
fn files_are_read_and_nothing_else() {
    for path in ["/parts/app.js", "/index.html"] {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
            let reply = server().ask(&format!("{method} {path} HTTP/1.1\r\n"), b"");
            assert_eq!(
                (reply.status, reply.header("allow")),
                (405, Some("GET,HEAD")),
                "{method} {path}"
            );
        }
        let mut connection = server().connect();
        let head = connection.ask(&format!("HEAD {path} HTTP/1.1\r\n"), b"");
        let get = connection.ask(&format!("GET {path} HTTP/1.1\r\n"), b"");
        assert_eq!((head.status, head.body.len()), (200, 0));
        for name in ["content-length", "content-type", "etag"] {
            assert_eq!(head.header(name), get.header(name), "{name}");
        }
    }
}

#[test]
fn nothing_is_found_but_what_was_listed() {
    for path in [
        "/parts",
        "/parts/",
        "/parts/app.js/",
        "/parts/../index.html",
        "/parts/%2e%2e/index.html",
        "/%69ndex.html",
        "/INDEX.HTML",
        "/etc/passwd",
        "/../Cargo.toml",
        "/./index.html",
        "/api",
        "/api/index.html",
        "/api/../index.html",
    ] {
        for server in [server(), shared()] {
            let reply = server.ask(&format!("GET {path} HTTP/1.1\r\n"), b"");
            assert_eq!((reply.status, reply.code().as_str()), (404, "NotFound"), "{path}");
        }
    }
}

#[test]
fn the_routes_of_the_server_stay() {
    assert_eq!(get("/health").text(), "ok\n");
    let called = server().post("/api/query", r#"{"path":"values:echo","args":{"value":1}}"#);
    assert_eq!(called.status, 200);
}
