//! Many sockets that watch one query each and hear nothing for long: what they take, and how long it takes until all
//! have heard of a commit.

use std::{sync::Arc, time::Instant};

use tokio::task::JoinSet;

use super::wire::Wire;
use crate::{Outcome, fanout::Heard, server::Server};

const SOCKETS: usize = 10_000;
/// So many connect at a time.
const AT_ONCE: usize = 100;
/// Commits that all hear of.
const COMMITS: usize = 5;

/// Measures sockets that watch a document of their own, and such that all watch the same.
pub(super) async fn measure() -> Outcome<()> {
    println!("\n{SOCKETS} idle sockets with one query each; the memory is the server's");
    let data = tempfile::tempdir()?;
    let bank = super::bank(data.path()).await?;
    let (wires, memory) = connect(&bank, |number| number).await?;
    println!("each a document of its own: {memory:.1} KiB a connection");
    drop(wires);

    let data = tempfile::tempdir()?;
    let bank = super::bank(data.path()).await?;
    let (wires, memory) = connect(&bank, |_| 0).await?;
    let millis = inform(&bank, wires).await?;
    let shown: Vec<_> = millis.iter().map(|millis| format!("{millis:.0}")).collect();
    println!(
        "all the same document: {memory:.1} KiB a connection; all informed of a commit within {} ms",
        shown.join(", ")
    );
    Ok(())
}

/// Opens all of them. Returns what one has added to the server's memory, in KiB.
#[allow(clippy::cast_precision_loss, reason = "memory in KiB is far below 2^53")]
async fn connect(server: &Server, account: impl Fn(usize) -> usize) -> Outcome<(Vec<Wire>, f64)> {
    let before = server.memory()?;
    let mut wires = Vec::with_capacity(SOCKETS);
    for first in (0..SOCKETS).step_by(AT_ONCE) {
        let mut opening = JoinSet::new();
        for number in first..first + AT_ONCE {
            let (addr, account) = (server.addr, account(number));
            opening.spawn(async move {
                let mut wire = Wire::open(addr, super::session()).await?;
                wire.watch(account);
                wire.flush().await?;
                wire.updated().await?;
                Outcome::Ok(wire)
            });
        }
        for wire in opening.join_all().await {
            wires.push(wire?);
        }
    }
    let added = server.memory()?.saturating_sub(before);
    Ok((wires, added as f64 / SOCKETS as f64))
}

/// How long it takes from the call of a mutation until all have its result, in milliseconds, several times.
async fn inform(server: &Server, wires: Vec<Wire>) -> Outcome<Vec<f64>> {
    let mut writer = Wire::open(server.addr, super::session()).await?;
    let heard = Arc::new(Heard::default());
    let mut listeners = JoinSet::new();
    for mut wire in wires {
        let heard = Arc::clone(&heard);
        listeners.spawn(async move {
            while wire.updated().await.is_ok() {
                heard.one(SOCKETS);
            }
        });
    }
    let mut millis = Vec::new();
    for _ in 0..COMMITS {
        let start = Instant::now();
        writer.transfer(0, 1);
        writer.flush().await?;
        heard.wait().await;
        millis.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(millis)
}
