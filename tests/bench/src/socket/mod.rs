//! What Lunora does over the sync protocol's WebSocket, beside the same by hand on a plain one.

mod fanout;
mod idle;
pub(crate) mod reference;
mod transfers;
mod wire;

use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use crate::{
    ACCOUNTS, BALANCE, Outcome,
    server::{Binary, Server},
    transfer,
};

/// Measures all of it; `time` for each turn.
pub(crate) async fn run(time: Duration) -> Outcome<()> {
    transfers::measure(time).await?;
    fanout::measure(time).await?;
    idle::measure().await
}

/// A number that no other connection of this process has.
fn session() -> usize {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// The bank with its accounts.
async fn bank(data: &Path) -> Outcome<Server> {
    let bank = Server::start(&mut Binary::bank(data)?).await?;
    transfer::open(&bank, ACCOUNTS, BALANCE).await?;
    Ok(bank)
}
