//! Fan-out in one process: many watchers of one query, and a writer that waits until all have heard.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use lunora_core::{Object, Value, path::FunctionPath};
use lunora_runtime::{
    database::OpenOptions,
    functions::{CallRequest, EngineOptions, LiveQueries, RequestId, Runtime, WatchRequest},
    store::{Embedded, Options, Timestamp},
};
use serde::Serialize;
use tokio::sync::Notify;

use crate::{Outcome, server::own_cpu};

/// Watchers, of the balance of one account.
const WATCHERS: [usize; 3] = [100, 1_000, 10_000];

#[derive(Debug, Serialize)]
struct Line {
    watchers: usize,
    rounds: usize,
    notifications_per_second: f64,
    cpu_us_per_notification: f64,
    /// From the call of the mutation to the last watcher.
    p50_us: f64,
    p99_us: f64,
}

/// How many have heard of the round.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    count: AtomicUsize,
    all: Notify,
}

impl Heard {
    pub(crate) fn one(&self, of: usize) {
        if self.count.fetch_add(1, Ordering::AcqRel) + 1 == of {
            self.all.notify_one();
        }
    }

    pub(crate) async fn wait(&self) {
        self.all.notified().await;
        self.count.store(0, Ordering::Release);
    }
}

/// Measures each number of watchers for `time`.
pub(crate) async fn run(time: Duration) -> Outcome<()> {
    println!(
        "{:>9} {:>8} {:>18} {:>20} {:>9} {:>9}",
        "watchers", "rounds", "notifications/s", "CPU µs/notification", "p50 µs", "p99 µs"
    );
    let mut lines = Vec::new();
    for watchers in WATCHERS {
        let line = measure(watchers, time).await?;
        println!(
            "{:>9} {:>8} {:>18.0} {:>20.2} {:>9.0} {:>9.0}",
            line.watchers,
            line.rounds,
            line.notifications_per_second,
            line.cpu_us_per_notification,
            line.p50_us,
            line.p99_us
        );
        lines.push(line);
    }
    println!("{}", serde_json::to_string(&lines)?);
    Ok(())
}

async fn measure(watchers: usize, time: Duration) -> Outcome<Line> {
    let data = tempfile::tempdir()?;
    let store = Arc::new(Embedded::open(data.path(), Options::default())?);
    let runtime = Runtime::open(
        bank::app(),
        store,
        EngineOptions::default(),
        OpenOptions::default(),
    )?;
    call(
        &runtime,
        "bank:open",
        [("from", 0.0), ("count", 2.0), ("balance", 1e9)],
    )
    .await?;
    let heard = Arc::new(Heard::default());
    for _ in 0..watchers {
        let queries = watch(&runtime)?;
        tokio::spawn(listen(queries, Arc::clone(&heard), watchers));
    }
    heard.wait().await;
    let (start, cpu) = (Instant::now(), own_cpu()?);
    let mut latencies = Vec::new();
    while start.elapsed() < time {
        let round = Instant::now();
        call(
            &runtime,
            "bank:transfer",
            [("from", 0.0), ("to", 1.0), ("amount", 1.0)],
        )
        .await?;
        heard.wait().await;
        latencies.push(round.elapsed());
    }
    let (elapsed, cpu) = (start.elapsed(), own_cpu()?.saturating_sub(cpu));
    runtime.shutdown().await?;
    Ok(line(watchers, elapsed, cpu, latencies))
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn line(watchers: usize, elapsed: Duration, cpu: Duration, mut latencies: Vec<Duration>) -> Line {
    latencies.sort_unstable();
    let notifications = (latencies.len() * watchers) as f64;
    Line {
        watchers,
        rounds: latencies.len(),
        notifications_per_second: notifications / elapsed.as_secs_f64(),
        cpu_us_per_notification: cpu.as_secs_f64() * 1e6 / notifications,
        p50_us: quantile(&latencies, 50),
        p99_us: quantile(&latencies, 99),
    }
}

/// A quantile of sorted times, in microseconds.
pub(crate) fn quantile(sorted: &[Duration], part: usize) -> f64 {
    let at = sorted.len().saturating_sub(1) * part / 100;
    sorted.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
}

fn watch(runtime: &Runtime) -> Outcome<LiveQueries> {
    let mut queries = runtime.connect();
    let request = WatchRequest {
        path: FunctionPath::parse("bank:balance")?,
        args: Object::from_iter([("account", 0.0)]),
        identity: None,
        journal: None,
    };
    runtime.public().watch(&mut queries, 0, request)?;
    Ok(queries)
}

async fn listen(mut queries: LiveQueries, heard: Arc<Heard>, watchers: usize) {
    while let Some(transition) = queries.next(Timestamp::ZERO).await {
        // What a server would send is made already.
        let sent = transition
            .updates
            .iter()
            .filter_map(|update| update.outcome.result().ok());
        if sent.map(|value| value.json().len()).sum::<usize>() > 0 {
            heard.one(watchers);
        }
    }
}

pub(crate) async fn call<const N: usize>(
    runtime: &Runtime,
    path: &str,
    args: [(&str, f64); N],
) -> Outcome<Value> {
    let request = CallRequest {
        path: FunctionPath::parse(path)?,
        kind: None,
        args: Object::from_iter(args),
        identity: None,
        idempotency_key: None,
        at: None,
        request_id: RequestId::random(),
    };
    Ok(runtime.public().call(request).await?.value.into_value())
}
