//! `POST /api/admin/logs`: the last lines of the log, for whom, and which.

use lunora_core::time::Time;
use lunora_runtime::{
    functions::Scope,
    server::{LogLevel, LogLine, LogRing},
};
use serde_json::Value as Json;

use crate::support::{Running, limited, options, serve, shared};

const PATH: &str = "/api/admin/logs";

fn line(level: LogLevel, function: &str, request: &str, message: &str) -> LogLine {
    LogLine {
        at: Time::from_millis(5.0),
        level,
        target: "app".to_owned(),
        function: Some(function.to_owned()),
        request_id: Some(request.to_owned()),
        message: message.to_owned(),
        fields: vec![("count".to_owned(), "3".to_owned())],
    }
}

fn server(ring: &LogRing) -> Running {
    let mut options = options();
    options.logs = Some(ring.clone());
    serve(options)
}

/// The messages that come for this wish.
fn messages(server: &Running, wanted: &str) -> Vec<String> {
    let reply = server.post_with(PATH, &server.as_admin(), wanted);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("content-type"), Some("application/x-ndjson"));
    let lines = reply
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let message = |line: Json| line["message"].as_str().unwrap().to_owned();
    lines.map(message).collect()
}

#[test]
fn it_is_for_those_who_may_read_data() {
    let ring = LogRing::default();
    let server = server(&ring);
    let ask = |headers: &str| {
        let reply = server.post_with(PATH, headers, "{}");
        (reply.status, reply.code())
    };
    assert_eq!(ask(""), (401, "BadAdminKey".to_owned()));
    assert_eq!(ask(&server.as_user("ada")), (401, "BadAdminKey".to_owned()));
    let others = [Scope::RunInternal, Scope::ActAs, Scope::WriteData];
    assert_eq!(
        ask(&server.with_key("others", &others, "")),
        (403, "Forbidden".to_owned())
    );
    let reader = server.with_key("reader", &[Scope::ReadData], "");
    assert_eq!(server.post_with(PATH, &reader, "{}").status, 200);
}

#[test]
fn lines_come_as_they_are_wanted() {
    let ring = LogRing::default();
    for (level, function, request, message) in [
        (LogLevel::Info, "a:b", "1", "one"),
        (LogLevel::Warn, "a:b", "2", "two"),
        (LogLevel::Error, "a:c", "2", "three"),
        (LogLevel::Debug, "a:c", "3", "four"),
    ] {
        ring.push(line(level, function, request, message));
    }
    let server = server(&ring);
    for (wanted, expected) in [
        ("{}", &["one", "two", "three", "four"][..]),
        (r#"{"level":"warn"}"#, &["two", "three"]),
        (r#"{"function":"a:c"}"#, &["three", "four"]),
        (r#"{"requestId":"2"}"#, &["two", "three"]),
        (r#"{"requestId":"2","function":"a:b"}"#, &["two"]),
        (r#"{"level":"info","last":2}"#, &["two", "three"]),
        (r#"{"last":0}"#, &[]),
        (r#"{"function":"nobody:knows"}"#, &[]),
    ] {
        assert_eq!(messages(&server, wanted), expected, "{wanted}");
    }
}

#[test]
fn a_line_has_its_parts() {
    let ring = LogRing::default();
    ring.push(line(LogLevel::Warn, "a:b", "7", "failed"));
    let server = server(&ring);
    let reply = server.post_with(PATH, &server.as_admin(), "{}");
    let line: Json = serde_json::from_str(reply.text()).unwrap();
    let expected = serde_json::json!({
        "at": 5.0, "level": "warn", "target": "app", "function": "a:b", "requestId": "7", "message": "failed",
        "fields": [["count", "3"]],
    });
    assert_eq!(line, expected);
}

#[test]
fn who_follows_is_told_what_comes_until_the_key_is_revoked() {
    let ring = LogRing::default();
    let server = server(&ring);
    let key = server.with_key("reader", &[Scope::ReadData], "");
    let mut connection = server.connect();
    let body = br#"{"follow":true}"#;
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{key}\r\n",
        body.len()
    );
    connection.send(head.as_bytes());
    connection.send(body);
    ring.push(line(LogLevel::Info, "a:b", "1", "first"));
    connection.wait_for_bytes();
    ring.push(line(LogLevel::Info, "a:b", "1", "second"));
    let revoked = server.post_with(
        "/api/admin/keys/revoke",
        &server.as_admin(),
        r#"{"name":"reader"}"#,
    );
    assert_eq!(revoked.status, 200);
    let reply = connection.reply().expect("an answer that has ended");
    assert!(reply.text().contains(r#""message":"first""#), "{}", reply.text());
}

#[test]
fn readers_are_counted_and_a_stop_sends_them_away() {
    let ring = LogRing::default();
    let mut options = limited(|limits| limits.concurrent_log_readers = 1);
    options.logs = Some(ring.clone());
    let mut server = serve(options);
    let body = br#"{"follow":true}"#;
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{}\r\n",
        body.len(),
        server.as_admin()
    );
    let mut first = server.connect();
    first.send(head.as_bytes());
    first.send(body);
    ring.push(line(LogLevel::Info, "a:b", "1", "first"));
    first.wait_for_bytes();
    let second = server.post_with(PATH, &server.as_admin(), "{}");
    assert_eq!(second.status, 503);
    assert!(
        second.text().contains("concurrent_log_readers"),
        "{}",
        second.text()
    );
    server.begin_stop();
    assert_eq!(first.reply().map(|reply| reply.status), Some(200));
}

#[test]
fn a_server_without_a_ring_says_so() {
    let reply = shared().post_with(PATH, &shared().as_admin(), "{}");
    assert_eq!((reply.status, reply.code()), (404, "NoLog".to_owned()));
}
