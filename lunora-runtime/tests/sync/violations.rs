//! What no client should do: one connection ends with a reason, and the server goes on.

use serde_json::{Value as Json, json};

use crate::support::{
    Socket, shared,
    socket::{add, uuid},
};

#[test]
fn what_breaks_the_conversation_is_fatal_and_says_why() {
    let modify = |base: u32, new: u32, modifications: Json| json!({"type": "ModifyQuerySet", "baseVersion": base, "newVersion": new, "modifications": modifications});
    let echo = |id| add(id, "values:echo", json!({}));
    let connect = json!({"type": "Connect", "sessionId": uuid(), "connectionCount": 0});
    let auth = json!({"type": "Authenticate", "baseVersion": 1, "tokenType": "None"});
    for (messages, words) in [
        (vec![connect], "one Connect"),
        (vec![modify(1, 2, json!([]))], "at version 0"),
        (vec![modify(0, 0, json!([]))], "at version 0"),
        (
            vec![modify(0, 2, json!([])), modify(1, 3, json!([]))],
            "at version 2",
        ),
        (
            vec![modify(0, 1, json!([echo(5), echo(5)]))],
            "query 5 is added twice",
        ),
        (
            vec![modify(0, 1, json!([echo(5)])), modify(1, 2, json!([echo(5)]))],
            "query 5 is added twice",
        ),
        (
            vec![modify(0, 1, json!([{"type": "Remove", "queryId": 3}]))],
            "query 3 is removed",
        ),
        (vec![auth], "version 0, and not at 1"),
        (vec![json!({"type": "Sing"})], "\"Sing\""),
        (
            vec![json!({"type": "Mutation", "udfPath": "a:b", "args": [{}]})],
            "requestId",
        ),
        (vec![json!([])], "invalid"),
        (vec![json!({})], "type"),
    ] {
        let mut socket = shared().socket();
        for message in &messages {
            socket.say(message.clone());
        }
        let error = socket.fatal();
        assert!(error.contains(words), "{error} {messages:?}");
    }
}

#[test]
fn the_first_message_says_who_connects() {
    for (message, words) in [
        (add(0, "values:echo", json!({})), "Add"),
        (
            json!({"type": "ModifyQuerySet", "baseVersion": 0, "newVersion": 1, "modifications": []}),
            "Connect",
        ),
        (json!({"type": "Event"}), "Connect"),
        (
            json!({"type": "Connect", "sessionId": "guessable", "connectionCount": 0}),
            "UUID",
        ),
        (json!({"type": "Connect", "connectionCount": 0}), "sessionId"),
    ] {
        let mut socket = Socket::open(shared().addr, "/api/sync");
        socket.say(message);
        let error = socket.fatal();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn events_are_ignored() {
    let mut socket = shared().socket();
    socket.say(json!({"type": "Event", "eventType": "ClientConnect", "event": {"any": ["thing"]}}));
    socket.add(0, "values:echo", json!({}));
    assert_eq!(socket.changes().len(), 1);
}

#[test]
fn text_that_is_no_json_and_bytes_that_are_no_text() {
    let mut socket = shared().socket();
    socket.say_text("{\"type\":");
    assert!(socket.fatal().contains("EOF"));
    let mut socket = shared().socket();
    socket.say_binary(b"{}");
    assert!(socket.fatal().contains("binary"));
}

#[test]
fn frames_that_are_none_close_with_a_code() {
    // Not masked; a reserved bit; a reserved opcode; a control frame in fragments; a continuation of nothing; text that
    // is not UTF-8 (masked with zeros).
    for (frame, code) in [
        (&b"\x81\x02{}"[..], 1002),
        (b"\xc1\x80\0\0\0\0", 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (b"\x09\x80\0\0\0\0", 1002),
        (b"\x80\x80\0\0\0\0", 1002),
        (b"\x81\x81\0\0\0\0\xff", 1007),
    ] {
        let mut socket = shared().socket();
        socket.send_raw(frame);
        let (_, closed, reason) = socket.end();
        assert_eq!(closed, code, "{reason}");
        assert!(!reason.is_empty());
    }
}

#[test]
fn a_message_in_pieces_is_one() {
    let mut socket = shared().socket();
    let text = br#"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[]}"#;
    let (start, rest) = text.split_at(20);
    for (first_byte, piece) in [(0x01, start), (0x80, rest)] {
        let mut frame = vec![first_byte, 0x80 | u8::try_from(piece.len()).unwrap(), 0, 0, 0, 0];
        frame.extend_from_slice(piece);
        socket.send_raw(&frame);
    }
    assert_eq!(socket.changes(), [] as [Json; 0]);
}

#[test]
fn a_client_that_closes_is_answered() {
    let mut socket = shared().socket();
    socket.close();
    assert_eq!(socket.end().1, 1005);
}
