//! Many who say nothing and wait.
#![cfg(unix)]

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use crate::support::{Socket, options, serve};

const MANY: usize = 1_000;

/// Lets this process have so many files open, which may be more than a shell allows unasked.
fn allow_open_files(count: u64) {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < count) {
        let current = Some(count);
        setrlimit(Resource::Nofile, Rlimit { current, ..limit }).unwrap();
    }
}

#[test]
fn a_thousand_idle_sockets_hear_of_one_commit() {
    // Both ends of each are here, and other tests are too.
    allow_open_files(4 * MANY as u64);
    let server = serve(options());
    let watching = |_| {
        let mut socket = server.socket();
        socket.add(0, "notes:count", json!({}));
        assert_eq!(socket.changes()[0]["value"], json!(0.0));
        socket
    };
    let mut sockets: Vec<Socket> = (0..MANY).map(watching).collect();
    let mut writer = server.socket();
    writer.mutate(0, "notes:add", json!({"name": "to all"}));
    assert_eq!(writer.response()["success"], json!(true));
    for socket in &mut sockets {
        let changes = socket.changes();
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!(
            (&changes[0]["queryId"], &changes[0]["value"]),
            (&json!(0), &json!(1.0))
        );
    }
}
