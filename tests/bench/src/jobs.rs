//! Jobs in one process, on disk: what scheduling costs, how fast a backlog drains after a restart, and how late jobs are.

use std::{
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant, SystemTime},
};

use lunora::Time;
use lunora_core::{Object, Value, path::FunctionPath, reference::Kind};
use lunora_runtime::{
    database::OpenOptions,
    functions::{CallRequest, EngineOptions, RequestId, Runtime},
    store::{Embedded, Memory, Options, Store},
    triggers::Triggers,
};
use serde_json::json;

use crate::{
    Outcome,
    server::own_cpu,
    work::{DONE, LATE},
};

/// Lengths of backlogs. What is held for one that waits shows in the memory after as many jobs of each.
const BACKLOGS: [u32; 2] = [10_000, 100_000];
const PER_MUTATION: u32 = 1_000;
const PER_SECOND: u32 = 1_000;
const CALLERS: usize = 64;
const ROUNDS: usize = 5;

/// Measures each of the three; `time` is how long a turn of the first and the last takes.
pub(crate) async fn run(time: Duration) -> Outcome<()> {
    println!("\nJobs, in one process, on disk");
    let directory = tempfile::tempdir()?;
    cost(directory.path(), time).await?;
    for backlog in BACKLOGS {
        let directory = tempfile::tempdir()?;
        drain(directory.path(), backlog).await?;
    }
    let directory = tempfile::tempdir()?;
    lateness(directory.path(), time).await
}

/// So many calls of `path`, one after the other, without a disk.
pub(crate) async fn hot_path(path: &str, calls: u32) -> Outcome<()> {
    let runtime = on(Arc::new(Memory::new()))?;
    for _ in 0..calls {
        call(&runtime, path, text()).await?;
    }
    Ok(runtime.shutdown().await?)
}

fn open(directory: &Path) -> Outcome<Runtime> {
    on(Arc::new(Embedded::open(directory, Options::default())?))
}

fn on(store: Arc<dyn Store>) -> Outcome<Runtime> {
    Ok(Runtime::open(
        crate::app(),
        store,
        EngineOptions::default(),
        OpenOptions::default(),
    )?)
}

async fn call(runtime: &Runtime, path: &str, args: Object) -> Outcome<()> {
    let request = CallRequest {
        path: FunctionPath::parse(path)?,
        kind: Some(Kind::Mutation),
        args,
        identity: None,
        idempotency_key: None,
        request_id: RequestId::random(),
        at: None,
    };
    let answer = runtime.public().call(request).await;
    Ok(answer.map(drop).map_err(|error| error.to_string())?)
}

/// A mutation that inserts a document and one that schedules a job, in turns.
async fn cost(directory: &Path, time: Duration) -> Outcome<()> {
    let runtime = open(directory)?;
    let (mut ratios, mut cpu_ratios) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let plain = rate(&runtime, "work:plain", time).await?;
        let scheduled = rate(&runtime, "work:scheduled", time).await?;
        ratios.push(plain.0 / scheduled.0);
        cpu_ratios.push(scheduled.1 / plain.1);
    }
    let (time, cpu) = (median(ratios), median(cpu_ratios));
    println!("a mutation that schedules costs {time:.2} times one that inserts ({cpu:.2} times its CPU)");
    println!("{}", json!({"name": "schedule", "ratio": time, "cpu_ratio": cpu}));
    Ok(runtime.shutdown().await?)
}

/// What the two are called with.
fn text() -> Object {
    Object::from_iter([("text", Value::from("thirty-two bytes of some text, no"))])
}

/// Calls a second, and seconds of CPU a call.
async fn rate(runtime: &Runtime, path: &'static str, time: Duration) -> Outcome<(f64, f64)> {
    let (cpu, start) = (own_cpu()?, Instant::now());
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let runtime = runtime.clone();
            tokio::spawn(async move {
                let mut calls = 0_u32;
                while start.elapsed() < time {
                    call(&runtime, path, text()).await?;
                    calls += 1;
                }
                Outcome::Ok(calls)
            })
        })
        .collect();
    let mut calls = 0;
    for caller in callers {
        calls += caller.await??;
    }
    let (calls, cpu) = (f64::from(calls), own_cpu()?.saturating_sub(cpu));
    Ok((calls / start.elapsed().as_secs_f64(), cpu.as_secs_f64() / calls))
}

/// A backlog, made before a restart.
async fn drain(directory: &Path, backlog: u32) -> Outcome<()> {
    let before = open(directory)?;
    for _ in 0..backlog / PER_MUTATION {
        let args = Object::from_iter([("jobs", PER_MUTATION)]);
        call(&before, "work:scheduleMany", args).await?;
    }
    before.shutdown().await?;
    drop(before);

    let runtime = open(directory)?;
    DONE.store(0, Ordering::Relaxed);
    let (memory, start) = (resident()?, Instant::now());
    let triggers = Triggers::start(&runtime)
        .await
        .map_err(|error| error.to_string())?;
    let (mut tenths, mut last, mut grown) = (Vec::new(), start, Vec::new());
    for tenth in 1..=10 {
        let goal = backlog as usize / 10 * tenth;
        while DONE.load(Ordering::Relaxed) < goal {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tenths.push(f64::from(backlog / 10) / last.elapsed().as_secs_f64());
        last = Instant::now();
        grown.push(resident()?.saturating_sub(memory) >> 20);
    }
    let rate = f64::from(backlog) / start.elapsed().as_secs_f64();
    drop(triggers);
    let shown: Vec<_> = tenths.iter().map(|tenth| format!("{tenth:.0}")).collect();
    println!(
        "{backlog} jobs after a restart: {rate:.0} a second (each tenth: {}); MiB more memory after each tenth: {grown:?}",
        shown.join(", ")
    );
    println!(
        "{}",
        json!({"name": "drain", "backlog": backlog, "per_second": rate, "tenths": tenths, "grown_mib": grown})
    );
    Ok(runtime.shutdown().await?)
}

/// Jobs that fall due one after the other.
async fn lateness(directory: &Path, time: Duration) -> Outcome<()> {
    let runtime = open(directory)?;
    let triggers = Triggers::start(&runtime)
        .await
        .map_err(|error| error.to_string())?;
    let seconds = u32::try_from(time.as_secs())?.max(1);
    let start = Time::from(SystemTime::now()) + Duration::from_secs(2);
    for second in 0..seconds {
        let start = start + Duration::from_secs(second.into());
        let args = [
            ("start", Value::from(start.as_millis())),
            ("jobs", Value::from(PER_SECOND)),
        ];
        call(&runtime, "work:scheduleDue", Object::from_iter(args)).await?;
    }
    let all = (seconds * PER_SECOND) as usize;
    let late = || {
        LATE.lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    };
    while late().len() < all {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(triggers);
    let mut late = late();
    late.sort_unstable();
    let at = |share: usize| late[all * share / 1_000].as_secs_f64() * 1_000.0;
    let (p50, p99, worst) = (at(500), at(990), at(999));
    println!(
        "{PER_SECOND} jobs due a second are late by {p50:.1} ms (p50), {p99:.1} ms (p99), {worst:.1} ms (p99.9)"
    );
    println!(
        "{}",
        json!({"name": "lateness", "p50_ms": p50, "p99_ms": p99, "p999_ms": worst})
    );
    Ok(runtime.shutdown().await?)
}

/// Memory of this process, in bytes.
fn resident() -> Outcome<u64> {
    let text = std::fs::read_to_string("/proc/self/statm")?;
    let pages = text.split_whitespace().nth(1).ok_or("no resident pages")?;
    Ok(pages.parse::<u64>()? * 4096)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
