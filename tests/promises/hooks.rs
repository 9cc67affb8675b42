//! Hooks for connections and for the start.

use std::{fmt, net::SocketAddr, sync::Mutex};

use rand::{RngExt, rngs::StdRng};
use serde_json::json;

use super::{
    counts,
    support::{http::Client, seed::uuid, socket::Socket},
};

const HOOKS: [&str; 3] = ["door", "came", "away"];

/// What clients know of the connections that they have made.
#[derive(Debug, Default)]
pub(super) struct Visits(Mutex<Vec<Visit>>);

/// A connection that a client has made, or tried to.
#[derive(Debug)]
struct Visit {
    session: String,
    /// The client has seen on disk that it came.
    is_known: bool,
}

impl Visits {
    /// Connects again and again, until the server is gone.
    pub(super) fn come_and_go(&self, addr: SocketAddr, mut random: StdRng) {
        while self.come(addr, &mut random).is_some() {}
    }

    /// Connects, and goes in one way or another; none when the server is gone.
    fn come(&self, addr: SocketAddr, random: &mut StdRng) -> Option<()> {
        let mut socket = Socket::open(addr).ok()?;
        let session = uuid(random);
        let is_known = watch_own_coming(&mut socket, &session, random.random_range(0..4) > 0);
        let goes_on = is_known.is_some();
        self.0.lock().unwrap().push(Visit {
            session,
            is_known: is_known == Some(true),
        });
        match random.random_range(0..32) {
            0..16 => drop(socket),
            16..31 => socket.close(),
            // Stays until the server is gone.
            _ => while socket.result().is_some() {},
        }
        goes_on.then_some(())
    }

    pub(super) fn verify(self, client: &mut Client) {
        println!("{self}");
        let visits = self.0.into_inner().unwrap();
        let mut came = 0;
        for visit in &visits {
            let times = counts(client, &HOOKS.map(|hook| format!("{hook}/{}", visit.session)));
            let all = |right: u64| times.iter().all(|times| *times == right);
            assert!(all(1) || (!visit.is_known && all(0)), "{visit:?}: {times:?}");
            came += times[0];
        }
        println!("{came} connections came");
        assert!(came > 0, "there was something to see");
    }

    /// Somebody has seen that it came.
    pub(super) fn are_seen(&self) -> bool {
        self.0.lock().unwrap().iter().any(|visit| visit.is_known)
    }
}

impl fmt::Display for Visits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let visits = self.0.lock().unwrap();
        let known = visits.iter().filter(|visit| visit.is_known).count();
        write!(
            f,
            "{} connections, {known} have seen that they came",
            visits.len()
        )
    }
}

/// A process that serves has run its hook for the start.
pub(super) fn verify_start(client: &mut Client, round: u64) {
    assert_eq!(starts(client, round), 1, "process {round}");
}

/// No process has run it twice.
pub(super) fn verify_starts(client: &mut Client, last: u64) {
    for round in 0..=last {
        assert!(starts(client, round) <= 1, "process {round}");
    }
}

fn starts(client: &mut Client, round: u64) -> u64 {
    counts(client, &[format!("opened/{round}")])[0]
}

/// Connects, and waits until the hooks for that are on disk, if the client is patient; none when the server is gone.
fn watch_own_coming(socket: &mut Socket, session: &str, is_patient: bool) -> Option<bool> {
    socket.connect(session)?;
    if !is_patient {
        return Some(false);
    }
    socket.watch("promises:effects", &json!({"keys": [format!("came/{session}")]}))?;
    while socket.result()? != json!([1.0]) {}
    Some(true)
}
