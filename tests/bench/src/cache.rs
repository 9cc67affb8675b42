//! The query cache in one process: what it gives where results are known, and what it costs where they are not.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use lunora_runtime::{
    database::OpenOptions,
    functions::{EngineOptions, Runtime},
    store::Memory,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde::Serialize;

use crate::{Outcome, fanout::call, server::own_cpu};

const ACCOUNTS: u32 = 100_000;
const TASKS: u64 = 16;
const ROUNDS: usize = 3;

#[derive(Debug, Clone, Copy)]
struct Case {
    name: &'static str,
    cache_bytes: usize,
    /// Accounts that are asked for.
    asked: u32,
}

/// The first is what the others are compared with.
const CASES: [Case; 3] = [
    Case {
        name: "without a cache",
        cache_bytes: 0,
        asked: ACCOUNTS,
    },
    // It holds a few hundred of the accounts, so nearly every look-up is in vain, and every result is kept for nothing.
    Case {
        name: "misses",
        cache_bytes: 1 << 20,
        asked: ACCOUNTS,
    },
    Case {
        name: "hits",
        cache_bytes: 64 << 20,
        asked: 1_000,
    },
];

#[derive(Debug, Serialize)]
struct Line {
    name: &'static str,
    calls_per_second: f64,
    cpu_us_per_call: f64,
}

/// Asks for balances for `time` in each case and round.
pub(crate) async fn run(time: Duration) -> Outcome<()> {
    let mut runtimes = Vec::new();
    for case in CASES {
        runtimes.push(open(case).await?);
    }
    let mut lines = Vec::new();
    for _ in 0..ROUNDS {
        for (case, runtime) in CASES.into_iter().zip(&runtimes) {
            let line = measure(case, runtime, time).await?;
            println!(
                "{:<16} {:>9.0} calls/s {:>7.2} CPU µs/call",
                line.name, line.calls_per_second, line.cpu_us_per_call
            );
            lines.push(line);
        }
    }
    println!("{}", serde_json::to_string(&lines)?);
    Ok(())
}

async fn open(case: Case) -> Outcome<Runtime> {
    let options = EngineOptions {
        query_cache_bytes: case.cache_bytes,
        ..EngineOptions::default()
    };
    let store = Arc::new(Memory::new());
    let runtime = Runtime::open(bank::app(), store, options, OpenOptions::default())?;
    for from in (0..ACCOUNTS).step_by(5_000) {
        let accounts = [("from", f64::from(from)), ("count", 5_000.0), ("balance", 1e6)];
        call(&runtime, "bank:open", accounts).await?;
    }
    Ok(runtime)
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
async fn measure(case: Case, runtime: &Runtime, time: Duration) -> Outcome<Line> {
    let (start, cpu) = (Instant::now(), own_cpu()?);
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (runtime, mut random) = (runtime.clone(), StdRng::seed_from_u64(task));
            tokio::spawn(async move {
                let mut calls = 0_u64;
                while start.elapsed() < time {
                    let account = f64::from(random.random_range(0..case.asked));
                    let answer = call(&runtime, "bank:balance", [("account", account)]).await;
                    answer.map_err(|error| error.to_string())?;
                    calls += 1;
                }
                Ok::<_, String>(calls)
            })
        })
        .collect();
    let mut calls = 0;
    for task in tasks {
        calls += task.await??;
    }
    let (elapsed, cpu) = (start.elapsed(), own_cpu()?.saturating_sub(cpu));
    Ok(Line {
        name: case.name,
        calls_per_second: calls as f64 / elapsed.as_secs_f64(),
        cpu_us_per_call: cpu.as_secs_f64() * 1e6 / calls as f64,
    })
}
