//! The request that a WebSocket begins with.

use lunora_runtime::server::AllowedOrigins;
use serde_json::json;

use crate::support::{
    Running, Socket,
    client::Reply,
    options, serve, shared,
    socket::{upgrade_request, uuid},
};

fn asked(server: &Running, request: &str) -> Reply {
    let mut connection = server.connect();
    connection.send(request.as_bytes());
    connection.reply().expect("an answer")
}

#[test]
fn both_addresses_and_any_version_and_repeated_slashes() {
    for path in [
        "/api/sync",
        "/api/1.48.0/sync",
        "/api/0.0.1-alpha/sync",
        "//api/1.48.0/sync",
        "///api/sync",
    ] {
        let mut socket = Socket::open(shared().addr, path);
        socket.say(json!({"type": "Connect", "sessionId": uuid(), "connectionCount": 0}));
        socket.add(0, "values:echo", json!({}));
        assert_eq!(socket.changes().len(), 1, "{path}");
    }
}

#[test]
fn other_addresses_are_not_there() {
    for path in ["/sync", "/api/sync/", "/api/1/2/sync", "/api/1.48.0/sync2"] {
        assert_eq!(asked(shared(), &upgrade_request(path, "")).status, 404, "{path}");
    }
}

#[test]
fn what_is_no_upgrade_is_told_what_this_is() {
    let good = upgrade_request("/api/sync", "");
    for (from, to) in [
        ("Upgrade: WebSocket\r\n", ""),
        ("Upgrade: WebSocket\r\n", "Upgrade: h2c\r\n"),
        ("keep-alive, Upgrade", "keep-alive"),
        ("Version: 13", "Version: 8"),
        ("Sec-WebSocket-Version: 13\r\n", ""),
    ] {
        let reply = asked(shared(), &good.replace(from, to));
        assert_eq!((reply.status, reply.code().as_str()), (426, "UpgradeRequired"));
        assert_eq!(reply.header("sec-websocket-version"), Some("13"));
    }
    for key in ["", "short", "bm90IHNpeHRlZW4gYnl0ZXM="] {
        let reply = asked(shared(), &good.replace("dGhlIHNhbXBsZSBub25jZQ==", key));
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "BadWebSocketKey"),
            "{key}"
        );
    }
    assert_eq!(asked(shared(), &good.replacen("GET", "POST", 1)).status, 405);
    // HEAD is answered where GET is, but begins nothing (RFC 6455, section 4.2.1).
    let head = good.replacen("GET", "HEAD", 1);
    let head = shared().ask(head.strip_suffix("\r\n").unwrap(), b"");
    assert_eq!(
        (head.status, head.header("sec-websocket-version")),
        (426, Some("13"))
    );
}

#[test]
fn a_list_of_origins_holds_here_too() {
    let mut options = options();
    options.cors = AllowedOrigins::Listed(vec!["https://app.example".to_owned()]);
    let server = serve(options);
    for (origin, status) in [
        ("", 101),
        ("Origin: https://app.example\r\n", 101),
        ("Origin: https://evil.example\r\n", 403),
        ("Origin: null\r\n", 403),
    ] {
        let reply = asked(&server, &upgrade_request("/api/sync", origin));
        assert_eq!(reply.status, status, "{origin} {reply:?}");
    }
    let any = asked(
        shared(),
        &upgrade_request("/api/sync", "Origin: https://evil.example\r\n"),
    );
    assert_eq!(any.status, 101);
}

#[test]
fn a_message_may_come_with_the_request() {
    let mut connection = shared().connect();
    let mut bytes = upgrade_request("/api/sync", "").into_bytes();
    // An empty ping, masked.
    bytes.extend_from_slice(b"\x89\x80\0\0\0\0");
    connection.send(&bytes);
    assert_eq!(connection.reply().unwrap().status, 101);
    assert_eq!(connection.bytes().unwrap(), b"\x8a\x00", "it is answered");
}
