//! Whoever has much to say is not the only one who is heard.

use std::{future::pending, time::Instant};

use lunora_runtime::{
    functions::{Clock, SystemClock},
    server::Server,
    testing::TestIssuer,
};
use serde_json::{Value as Json, json};
use tokio::task::{spawn_blocking, yield_now};

use crate::support::{Socket, app, hooks::PATIENCE, options, socket::add};

const QUERIES: u32 = 100;
const CHANGES: u32 = 100;

/// A text frame, masked with zeros.
fn frame(message: &Json) -> Vec<u8> {
    let text = message.to_string();
    let length = u16::try_from(text.len()).unwrap().to_be_bytes();
    [&[0x81, 0x80 | 0x7e], &length[..], &[0; 4], text.as_bytes()].concat()
}

/// On one thread, all that is done between two turns of a task is done by the others in theirs.
#[test]
fn many_changes_of_the_caller_are_not_one_turn() {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .event_interval(1)
        .build()
        .unwrap();
    let issuer = TestIssuer::new("https://issuer.example", "test-app");
    let (runtime, _) = app::open(app::APP.trust(issuer.trusted()));
    tokio.block_on(async {
        let server = Server::bind(runtime.clone(), options()).await.unwrap();
        let addr = server.local_addr();
        tokio::spawn(server.run_until(pending()));
        let watching = spawn_blocking(move || {
            let mut socket = Socket::connect(addr);
            let echo = |id| add(id, "values:echo", json!({"value": id}));
            socket.modify((0..QUERIES).map(echo).collect());
            socket.transition();
            socket
        });
        let mut socket = watching.await.unwrap();

        let token = issuer.token("ada", SystemClock.now());
        let callers = [("User", &*token), ("None", "")];
        let changes = (0..CHANGES).zip(callers.into_iter().cycle());
        let changes = changes.flat_map(|(version, (kind, token))| {
            frame(&json!({"type": "Authenticate", "baseVersion": version, "tokenType": kind, "value": token}))
        });
        let before = runtime.public().lookups();
        socket.send_raw(&changes.collect::<Vec<_>>());

        let watched = || runtime.public().lookups() - before;
        let (mut seen, mut longest) = (0, 0);
        let patience = Instant::now() + PATIENCE;
        while seen < u64::from(CHANGES * QUERIES) {
            assert!(Instant::now() < patience, "{seen} look-ups");
            yield_now().await;
            longest = longest.max(watched() - seen);
            seen = watched();
        }
        let changes = longest / u64::from(QUERIES);
        assert!(changes <= 10, "{changes} in one turn");
    });
}
