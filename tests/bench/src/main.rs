//! Benchmarks of Lunora against reference programs, run in the same minute on the same machine.
//!
//! `cargo xtask bench` builds what is needed and runs this. Figures are ratios first: machines differ, and shared
//! ones differ from minute to minute.

mod cache;
mod echo;
mod fanout;
mod load;
mod report;
mod server;
mod transfer;
mod zipf;

use std::{env, error::Error, process::ExitCode, time::Duration};

use self::{
    report::Report,
    server::{Binary, Server},
    transfer::{Accounts, Transfers},
};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The same allocator as the bank has, so that the reference has no worse one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONNECTIONS: usize = 64;
const ACCOUNTS: u32 = 100_000;
const BALANCE: u64 = 1_000_000;

fn main() -> ExitCode {
    let result = match env::args().nth(1).as_deref() {
        Some("echo") => echo::serve(),
        Some("transfer") | None => block_on(async { transfers(turn()).await }),
        Some("fanout") => block_on(async { fanout::run(turn()).await }),
        Some("cache") => block_on(async { cache::run(turn()).await }),
        Some(other) => Err(format!(
            "there is no benchmark `{other}`; there are `transfer`, `fanout` and `cache`, each with [SECONDS]"
        )
        .into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn block_on(benchmark: impl Future<Output = Outcome<()>>) -> Outcome<()> {
    tokio::runtime::Runtime::new()?.block_on(benchmark)
}

/// How long each turn of a benchmark takes.
fn turn() -> Duration {
    let seconds = env::args().nth(2).and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(5))
}

/// Transfers over HTTP on 64 connections with one request in flight each, against a handler that answers a constant.
async fn transfers(time: Duration) -> Outcome<()> {
    let echo = Server::start(&mut Binary::myself("echo")?).await?;
    let data = tempfile::tempdir()?;
    let bank = Server::start(&mut Binary::bank(data.path())?).await?;
    transfer::open(&bank, ACCOUNTS, BALANCE).await?;
    let mut report = Report::default();
    // In turns, so that what else the machine does falls on all of them.
    for _ in 0..3 {
        report.add(
            "axum, answers a constant",
            load::run(&echo, CONNECTIONS, time, &Transfers::uniform()).await?,
        );
        report.add(
            "bank:transfer, uniform",
            load::run(&bank, CONNECTIONS, time, &Transfers::uniform()).await?,
        );
        report.add(
            "bank:transfer, Zipf 1.5",
            load::run(&bank, CONNECTIONS, time, &Transfers::zipf()).await?,
        );
        report.add(
            "bank:balance, uniform",
            load::run(&bank, CONNECTIONS, time, &Accounts).await?,
        );
    }
    transfer::check_total(&bank, u64::from(ACCOUNTS) * BALANCE).await?;
    report.print("axum, answers a constant")
}
