//! Many sockets that watch one document, and a writer that waits until all have heard.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::wire::Wire;
use crate::{
    Outcome, ROUNDS,
    fanout::{Heard, quantile},
    server::{Binary, Server},
};

const WATCHERS: usize = 1_000;

/// What came of one run.
#[derive(Debug, Serialize)]
struct Line {
    name: &'static str,
    notifications_per_second: f64,
    server_cpu_us_per_notification: f64,
    /// From the call of the mutation to the last socket.
    p50_us: f64,
    p99_us: f64,
    /// From the answer to the mutation, which is not before its commit, to the last socket.
    answer_to_last_p50_us: f64,
    answer_to_last_p99_us: f64,
}

/// Measures it against a plain broadcast, in turns.
pub(super) async fn measure(time: Duration) -> Outcome<()> {
    println!("\nFan-out over the socket: {WATCHERS} sockets hear of every commit; the CPU is the server's");
    let broadcast = Server::start(&mut Binary::myself("socket-broadcast")?).await?;
    let data = tempfile::tempdir()?;
    let bank = super::bank(data.path()).await?;
    println!(
        "{:<20} {:>16} {:>20} {:>9} {:>9} {:>21} {:>9}",
        "", "notifications/s", "CPU µs/notification", "p50 µs", "p99 µs", "from the answer: p50", "p99"
    );
    let mut lines = Vec::new();
    for _ in 0..ROUNDS {
        for (name, server) in [("a plain broadcast", &broadcast), ("bank:balance", &bank)] {
            let line = run(name, server, time).await?;
            println!(
                "{name:<20} {:>16.0} {:>20.2} {:>9.0} {:>9.0} {:>21.0} {:>9.0}",
                line.notifications_per_second,
                line.server_cpu_us_per_notification,
                line.p50_us,
                line.p99_us,
                line.answer_to_last_p50_us,
                line.answer_to_last_p99_us
            );
            lines.push(line);
        }
    }
    println!("{}", serde_json::to_string(&lines)?);
    Ok(())
}

async fn run(name: &'static str, server: &Server, time: Duration) -> Outcome<Line> {
    let heard = Arc::new(Heard::default());
    let mut listeners = tokio::task::JoinSet::new();
    for _ in 0..WATCHERS {
        listeners.spawn(listen(server.addr, Arc::clone(&heard)));
    }
    heard.wait().await;
    let mut writer = Wire::open(server.addr, super::session()).await?;
    let (cpu, start) = (server.cpu()?, Instant::now());
    let (mut from_call, mut from_answer) = (Vec::new(), Vec::new());
    while start.elapsed() < time {
        let call = Instant::now();
        writer.transfer(0, 1);
        writer.flush().await?;
        if !writer.answered().await? {
            return Err("a transfer was refused".into());
        }
        let answer = Instant::now();
        heard.wait().await;
        from_call.push(call.elapsed());
        from_answer.push(answer.elapsed());
    }
    let (elapsed, cpu) = (start.elapsed(), server.cpu()?.saturating_sub(cpu));
    Ok(line(name, elapsed, cpu, from_call, from_answer))
}

async fn listen(addr: SocketAddr, heard: Arc<Heard>) -> Outcome<()> {
    let mut wire = Wire::open(addr, super::session()).await?;
    wire.watch(0);
    wire.flush().await?;
    loop {
        wire.updated().await?;
        heard.one(WATCHERS);
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn line(
    name: &'static str,
    elapsed: Duration,
    cpu: Duration,
    mut from_call: Vec<Duration>,
    mut from_answer: Vec<Duration>,
) -> Line {
    from_call.sort_unstable();
    from_answer.sort_unstable();
    let notifications = (from_call.len() * WATCHERS) as f64;
    Line {
        name,
        notifications_per_second: notifications / elapsed.as_secs_f64(),
        server_cpu_us_per_notification: cpu.as_secs_f64() * 1e6 / notifications,
        p50_us: quantile(&from_call, 50),
        p99_us: quantile(&from_call, 99),
        answer_to_last_p50_us: quantile(&from_answer, 50),
        answer_to_last_p99_us: quantile(&from_answer, 99),
    }
}
