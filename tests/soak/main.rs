//! Clients of every kind against one server for a while: those that write, watch, lag, vanish and lie. Fifteen seconds, or
//! as many as `LUNORA_SOAK_SECONDS` says.
//!
//! No money comes or goes. Every transfer runs once, also if its connection broke and it was sent again. Whatever a
//! watcher has been told at any moment is as of one commit, is never told twice, and is complete in the end. No client
//! waits in vain. The server keeps to
//! its memory budget.

mod accounts;
mod bad;
mod memory;
mod watch;
mod write;

use std::{
    env,
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use rand::rngs::StdRng;
use tempfile::TempDir;

use crate::{
    memory::Memory,
    support::{
        program, seed,
        server::{Process, serve},
    },
};

#[path = "../support/mod.rs"]
mod support;

#[path = "../../lunora-runtime/tests/support/socket.rs"]
#[allow(dead_code, unreachable_pub, reason = "it has more than is used here")]
mod socket;

const SECONDS: u64 = 15;
/// Clients of each kind.
const CLIENTS: usize = 4;

/// What every client is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    addr: SocketAddr,
    end: Instant,
    seed: u64,
    /// Among those of its kind.
    number: usize,
}

impl Run {
    fn goes_on(&self) -> bool {
        Instant::now() < self.end
    }

    /// The choices of a client of this kind.
    fn random(&self, kind: u64) -> StdRng {
        seed::generator(self.seed, kind << 16 | self.number as u64)
    }
}

#[test]
fn clients_of_every_kind() {
    let seconds = env::var("LUNORA_SOAK_SECONDS").map_or(SECONDS, |text| text.parse().unwrap());
    let data = TempDir::new().unwrap();
    let mut started = serve(&program::bank(), data.path());
    let budget = format!("{}MiB", memory::BUDGET);
    let mut server = Process::start(started.args(["--memory-budget", &budget])).serving();
    accounts::open(&server);
    let mut memory = Memory::of(server.process().id());
    let run = Run {
        addr: server.addr(),
        end: Instant::now() + Duration::from_secs(seconds),
        seed: seed::of_this_run(),
        number: 0,
    };
    // Until the others have ended: they wait for something to happen.
    let is_enough = &AtomicBool::new(false);
    let sent: Vec<u64> = thread::scope(|scope| {
        let each = (0..CLIENTS).map(|number| Run { number, ..run });
        let others: [fn(Run); 5] = [watch::follow, watch::lag, bad::vanish, bad::lie, bad::stammer];
        let others: Vec<_> = { each.clone() }
            .flat_map(|run| others.map(|client| scope.spawn(move || client(run))))
            .collect();
        let writers: Vec<_> = each
            .map(|run| scope.spawn(move || write::transfer(run, is_enough)))
            .collect();
        while run.goes_on() {
            thread::sleep(Duration::from_millis(200));
            memory.look();
        }
        let ends: Vec<_> = others.into_iter().map(thread::ScopedJoinHandle::join).collect();
        // Also if one has failed, or the test would not end.
        is_enough.store(true, Ordering::Relaxed);
        assert!(ends.iter().all(Result::is_ok));
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    accounts::check(&server, &sent);
    watch::check_latest(run.addr, &accounts::balances(&server));
    println!("{} transfers; {memory}", sent.iter().sum::<u64>());
    memory.check();
    assert!(server.process().log().is_empty(), "{}", server.process().log());
}
