//! Benchmarks of Lunora against reference programs, run in the same minute on the same machine.
//!
//! `cargo xtask bench` builds what is needed and runs this. Figures are ratios first: machines differ, and shared
//! ones differ from minute to minute.

mod cache;
mod echo;
mod fanout;
mod fill;
mod in_process;
mod jobs;
mod load;
mod memory;
mod report;
mod rows;
mod scans;
mod server;
mod socket;
mod sqlite;
mod transfer;
mod work;
mod zipf;

use std::{env, error::Error, process::ExitCode, time::Duration};

use self::{
    report::Report,
    server::{Binary, Server},
    sqlite::Commits,
    transfer::{Accounts, Transfers},
};

lunora::app! {
    rows::{Row, fill, group, read, touch},
    work::{Note, plain, scheduled, schedule_many, schedule_due, nothing, late},
}

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The same allocator as the bank has, so that the reference has no worse one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONNECTIONS: usize = 64;
/// Calls in flight on each connection, where they are pipelined.
const DEPTH: usize = 16;
const ACCOUNTS: u32 = 100_000;
const BALANCE: u64 = 1_000_000;
const TOTAL: u64 = ACCOUNTS as u64 * BALANCE;
/// Programs are measured in turns, so that what else the machine does falls on all of them.
const ROUNDS: usize = 3;

/// Set for a process that is to serve the application in this program.
const SERVE: &str = "LUNORA_BENCH_SERVE";

fn main() -> ExitCode {
    if env::var_os(SERVE).is_some() {
        return lunora::main(app());
    }
    match run(env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: impl Iterator<Item = String>) -> Outcome<()> {
    let part = args.next().unwrap_or_else(|| "all".to_owned());
    match part.as_str() {
        // Programs that the parts below start.
        "echo" => return echo::serve(),
        "sqlite-each" => return sqlite::serve(Commits::Each),
        "sqlite-groups" => return sqlite::serve(Commits::Groups),
        "scans-sqlite" => return scans::serve(),
        "socket-sqlite" => return socket::reference::bank(),
        "socket-broadcast" => return socket::reference::broadcast(),
        _ => {}
    }
    let seconds = args.next().map_or(Ok(5), |text| text.parse())?;
    let (tokio, time) = (tokio::runtime::Runtime::new()?, Duration::from_secs(seconds));
    match part.as_str() {
        "transfer" => tokio.block_on(over_http(time)),
        "in-process" => tokio.block_on(in_process(time)),
        "scans" => tokio.block_on(scans::run(time)),
        "fanout" => tokio.block_on(fanout::run(time)),
        "cache" => tokio.block_on(cache::run(time)),
        "socket" => tokio.block_on(socket::run(time)),
        "jobs" => tokio.block_on(jobs::run(time)),
        "load" => tokio.block_on(fill::run()),
        "memory" => tokio.block_on(memory::run(time)),
        "hot-path" => tokio.block_on(hot_path(seconds, args.next())),
        "all" => tokio.block_on(async {
            over_http(time).await?;
            in_process(time).await?;
            scans::run(time).await?;
            fanout::run(time).await?;
            socket::run(time).await?;
            cache::run(time).await?;
            jobs::run(time).await?;
            fill::run().await?;
            memory::run(time).await
        }),
        other => Err(format!(
            "there is no benchmark `{other}`; there are `transfer`, `in-process`, `scans`, `fanout`, `socket`, `cache`, `jobs`, `load`, `memory` \
             and `all`, each with [SECONDS], and for profilers `hot-path [THOUSANDS] [session | work:plain | work:scheduled]`"
        )
        .into()),
    }
}

/// Transfers over HTTP on 64 connections with one request in flight each, against a handler that answers a constant
/// and the same bank written by hand on `SQLite`.
async fn over_http(time: Duration) -> Outcome<()> {
    const ECHO: &str = "axum, answers a constant";
    println!("\nOver HTTP, {CONNECTIONS} connections, one call in flight on each; the CPU is the server's");
    let echo = Server::start(&mut Binary::myself("echo")?).await?;
    let (each, groups) = (
        Server::start(&mut Binary::myself("sqlite-each")?).await?,
        Server::start(&mut Binary::myself("sqlite-groups")?).await?,
    );
    let data = tempfile::tempdir()?;
    let bank = Server::start(&mut Binary::bank(data.path())?).await?;
    transfer::open(&bank, ACCOUNTS, BALANCE).await?;
    let (uniform, zipf) = (Transfers::uniform(), Transfers::zipf());
    let mut report = Report::default();
    for _ in 0..ROUNDS {
        report.add(ECHO, load::run(&echo, CONNECTIONS, time, &uniform).await?);
        report.add(
            "bank:transfer, uniform",
            load::run(&bank, CONNECTIONS, time, &uniform).await?,
        );
        report.add(
            "bank:transfer, Zipf 1.5",
            load::run(&bank, CONNECTIONS, time, &zipf).await?,
        );
        report.add(
            "bank:balance, uniform",
            load::run(&bank, CONNECTIONS, time, &Accounts).await?,
        );
        report.add(
            "axum + SQLite, commit each",
            load::run(&each, CONNECTIONS, time, &uniform).await?,
        );
        report.add(
            "axum + SQLite, in groups",
            load::run(&groups, CONNECTIONS, time, &uniform).await?,
        );
    }
    transfer::check_total(&bank, TOTAL).await?;
    report.print(ECHO)
}

/// Transfers without a network, against the same on `SQLite`.
async fn in_process(time: Duration) -> Outcome<()> {
    const SQLITE: &str = "SQLite, in groups";
    println!(
        "\nIn one process, {CONNECTIONS} callers, {DEPTH} calls in flight of each; the CPU includes the callers'"
    );
    let directory = tempfile::tempdir()?;
    let sqlite = sqlite::Bank::open(&directory.path().join("bank.sqlite"), Commits::Groups)?;
    let bank = in_process::Bank::open(ACCOUNTS, BALANCE).await?;
    let (uniform, zipf) = (Transfers::uniform(), Transfers::zipf());
    let (flight, alone) = (CONNECTIONS * DEPTH, 1);
    let mut report = Report::default();
    for _ in 0..ROUNDS {
        report.add(SQLITE, in_process::run(&sqlite, flight, time, &uniform).await?);
        report.add(
            "bank:transfer, uniform",
            in_process::run(&bank, flight, time, &uniform).await?,
        );
        report.add(
            "bank:transfer, Zipf 1.5",
            in_process::run(&bank, flight, time, &zipf).await?,
        );
        report.add(
            "SQLite, one at a time",
            in_process::run(&sqlite, alone, time, &uniform).await?,
        );
        report.add(
            "bank:transfer, one at a time",
            in_process::run(&bank, alone, time, &uniform).await?,
        );
    }
    bank.check_total(TOTAL).await?;
    report.print(SQLITE)
}

/// So many thousand transfers, one after the other between few accounts, as requests of a session or not, or calls of a
/// function of [`work`], without a disk: for programs that count instructions.
async fn hot_path(thousands: u64, function: Option<String>) -> Outcome<()> {
    const FEW: u32 = 1_000;
    let calls = u32::try_from(thousands * 1_000)?;
    let in_session = function.as_deref() == Some("session");
    if let Some(function) = function.filter(|_| !in_session) {
        return jobs::hot_path(&function, calls).await;
    }
    let bank = in_process::Bank::in_memory(FEW, BALANCE).await?;
    if in_session {
        transfers(&in_process::InSession::new(bank.clone()), calls, FEW).await?;
    } else {
        transfers(&bank, calls, FEW).await?;
    }
    bank.check_total(u64::from(FEW) * BALANCE).await
}

/// So many transfers between the first accounts, one after the other.
async fn transfers(bank: &impl in_process::Transfer, calls: u32, accounts: u32) -> Outcome<()> {
    for number in 0..calls {
        bank.transfer(number % accounts, (number + 7) % accounts).await?;
    }
    Ok(())
}
