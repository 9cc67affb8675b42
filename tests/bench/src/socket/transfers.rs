//! Transfers on pipelined connections.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

use rand::{SeedableRng, rngs::StdRng};

use super::wire::Wire;
use crate::{
    CONNECTIONS, DEPTH, Outcome, ROUNDS, TOTAL,
    load::{Measured, Run},
    report::Report,
    server::{Binary, Server},
    transfer::{self, Transfers},
};

/// Measures transfers against the same on `SQLite`, in turns.
pub(super) async fn measure(time: Duration) -> Outcome<()> {
    const SQLITE: &str = "WebSocket + SQLite, in groups";
    println!(
        "\nOver the socket, {CONNECTIONS} connections, {DEPTH} calls in flight on each; the CPU is the server's"
    );
    let sqlite = Server::start(&mut Binary::myself("socket-sqlite")?).await?;
    let data = tempfile::tempdir()?;
    let bank = super::bank(data.path()).await?;
    let mut report = Report::default();
    for _ in 0..ROUNDS {
        report.add(SQLITE, run(&sqlite, time).await?);
        report.add("bank:transfer, uniform", run(&bank, time).await?);
    }
    transfer::check_total(&bank, TOTAL).await?;
    report.print(SQLITE)
}

async fn run(server: &Server, time: Duration) -> Outcome<Run> {
    let (cpu, start) = (server.cpu()?, Instant::now());
    let end = start + time;
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|_| tokio::spawn(client(server.addr, super::session(), end)))
        .collect();
    let mut all = Measured::default();
    for client in clients {
        all.merge(client.await??);
    }
    all.finish(start.elapsed(), server.cpu()?.saturating_sub(cpu))
}

async fn client(addr: SocketAddr, session: usize, end: Instant) -> Outcome<Measured> {
    let mut wire = Wire::open(addr, session).await?;
    let (transfers, mut random) = (Transfers::uniform(), StdRng::seed_from_u64(session as u64));
    let (mut measured, mut sent) = (Measured::default(), VecDeque::new());
    loop {
        let now = Instant::now();
        while now < end && sent.len() < DEPTH {
            let (from, to) = transfers.pair(&mut random);
            wire.transfer(from, to);
            sent.push_back(now);
        }
        wire.flush().await?;
        // Answers come in their order.
        let Some(first) = sent.pop_front() else {
            return Ok(measured);
        };
        let done = wire.answered().await?;
        measured.add(first.elapsed(), done);
        while let Some(done) = wire.next_answer()
            && let Some(next) = sent.pop_front()
        {
            measured.add(next.elapsed(), done);
        }
    }
}
