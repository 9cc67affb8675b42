//! Clients that one could do without.

use rand::RngExt;
use serde_json::json;

use crate::{
    Run,
    accounts::{ACCOUNTS, shared},
    socket::{Heard, Socket, add},
};

/// Asks for things and is gone before they come, sometimes in the middle of a message.
pub(crate) fn vanish(run: Run) {
    let mut random = run.random(3);
    while run.goes_on() {
        let mut socket = Socket::connect(run.addr);
        for number in 0..random.random_range(1..20) {
            let (from, to) = shared(random.random_range(0..ACCOUNTS));
            socket.add(number, "bank:balance", json!({"account": from}));
            socket.mutate(
                number,
                "bank:transfer",
                json!({"from": from, "to": to, "amount": 1}),
            );
        }
        match random.random_range(0..3) {
            // A text of 100 bytes of which one comes.
            0 => socket.send_raw(&[0x81, 0x80 | 100, 0, 0, 0, 0, b'{']),
            1 => drop(socket.hear()),
            _ => {}
        }
    }
}

/// Says what is not so. The worst that happens is that its connection is closed with a reason.
pub(crate) fn lie(run: Run) {
    let lies = [
        json!({"type": "ModifyQuerySet", "baseVersion": 7, "newVersion": 8, "modifications": []}),
        json!({"type": "ModifyQuerySet", "baseVersion": 0, "newVersion": 1, "modifications": [
            add(5, "bank:total", json!({})), add(5, "bank:total", json!({})),
        ]}),
        json!({"type": "ModifyQuerySet", "baseVersion": 0, "newVersion": 1, "modifications": [{"type": "Remove", "queryId": 3}]}),
        json!({"type": "Authenticate", "baseVersion": 0, "tokenType": "User", "value": "a.b.c"}),
        json!({"type": "Authenticate", "baseVersion": 0, "tokenType": "Admin", "value": "root|0123"}),
        json!({"type": "Sing"}),
        json!(["Mutation"]),
    ];
    for lie in lies.iter().cycle() {
        if !run.goes_on() {
            return;
        }
        let mut socket = Socket::connect(run.addr);
        socket.add(0, "bank:balance", json!({"account": 0}));
        socket.transition();
        socket.say(lie.clone());
        let (last, code, _) = socket.end();
        let last = last.unwrap_or_default();
        assert!(
            last["type"] == "FatalError" || last["type"] == "AuthError",
            "{lie}: {last}"
        );
        assert_eq!(code, 1005, "{lie}");
    }
}

/// Asks for what there is not, over and over, and is told so.
pub(crate) fn stammer(run: Run) {
    let mut socket = Socket::connect(run.addr);
    for number in 0.. {
        if !run.goes_on() {
            return;
        }
        socket.mutate(number, "bank:nothing", json!({}));
        let answer = loop {
            match socket.hear() {
                Heard::Message(message) if message["type"] == "MutationResponse" => break message,
                Heard::Message(_) => {}
                end => panic!("{end:?}"),
            }
        };
        assert_eq!(
            (&answer["requestId"], &answer["success"]),
            (&json!(number), &json!(false))
        );
    }
}
