//! Messages that nobody would send: the worst that happens is that one connection ends with a reason.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::support::{
    Running, Socket, shared,
    socket::{Heard, add, call},
};

/// What a client might say, and almost.
fn message() -> impl Strategy<Value = String> {
    let id = 0_u32..4;
    let path = prop_oneof![
        Just("values:echo"),
        Just("notes:add"),
        Just("notes:count"),
        Just("values:hidden"),
        Just("errors:crash"),
        Just("errors:fail"),
        Just("no path!"),
        Just("values:bump"),
    ];
    let args = prop_oneof![
        Just(json!({})),
        Just(json!({"value": 1})),
        Just(json!({"name": "x"})),
        Just(json!({"code": [null]})),
        Just(json!({"$set": 1})),
        Just(Json::Null),
    ];
    let call = (
        prop_oneof![Just("Mutation"), Just("Action")],
        id.clone(),
        path.clone(),
        args.clone(),
    )
        .prop_map(|(kind, id, path, args)| call(kind, id, path, args));
    let modification = prop_oneof![
        3 => (id.clone(), path, args).prop_map(|(id, path, args)| add(id, path, args)),
        1 => id.clone().prop_map(|id| json!({"type": "Remove", "queryId": id})),
    ];
    let modify = (id.clone(), id.clone(), prop::collection::vec(modification, 0..4)).prop_map(|(base, new, modifications)| {
        json!({"type": "ModifyQuerySet", "baseVersion": base, "newVersion": new, "modifications": modifications})
    });
    let authenticate = (id, prop_oneof![Just("None"), Just("User"), Just("Admin"), Just("Root")])
        .prop_map(|(base, kind)| json!({"type": "Authenticate", "baseVersion": base, "tokenType": kind, "value": "x"}));
    let whole = prop_oneof![
        4 => call, 4 => modify, 1 => authenticate, 1 => Just(json!({"type": "Event"})), 1 => Just(json!({"type": 5})),
    ];
    let broken =
        (whole.clone(), any::<prop::sample::Index>(), any::<char>()).prop_map(|(message, at, character)| {
            let mut text: Vec<_> = message.to_string().chars().collect();
            let at = at.index(text.len());
            text[at] = character;
            text.into_iter().collect()
        });
    prop_oneof![9 => whole.prop_map(|message| message.to_string()), 1 => broken]
}

fn works(server: &Running) {
    let mut socket = server.socket();
    socket.add(0, "values:echo", json!({"value": 1}));
    assert_eq!(socket.changes()[0]["value"], json!(1.0));
}

/// Reads to the end, or until the socket has answered the last message: that one cannot be refused.
fn hear_out(socket: &mut Socket) {
    socket.act(999, "values:none", json!({}));
    loop {
        match socket.hear() {
            Heard::Message(message) if message["requestId"] == 999 => return,
            Heard::Message(_) => {}
            Heard::Closed(..) => return,
            Heard::Gone => panic!("the connection ended without a word"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_conversation_ends_well(messages in prop::collection::vec(message(), 0..20)) {
        let server = shared();
        let mut socket = server.socket();
        for message in &messages {
            socket.say_text(message);
        }
        hear_out(&mut socket);
        works(server);
    }

    #[test]
    fn any_bytes_end_well(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let server = shared();
        let mut socket = server.socket();
        socket.send_raw(&bytes);
        drop(socket);
        works(server);
    }
}
