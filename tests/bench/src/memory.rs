//! Memory: a store of four times the budget, filled, started again, and kept busy with reads, scans and writes.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rand::{RngExt, rngs::StdRng};
use serde::Serialize;

use crate::{
    CONNECTIONS, Outcome,
    load::{self, Workload},
    server::{Binary, Server},
    transfer::call,
};

/// What the server may take, in MiB, unless the environment says otherwise.
const BUDGET: u64 = 256;
const BUDGET_VARIABLE: &str = "LUNORA_BENCH_BUDGET";
/// The store is so many times as large.
const TIMES: u64 = 4;
/// Of one row, without its entries in indexes.
const ROW_BYTES: u32 = 1_000;
/// Rows in one mutation.
const BATCH: u32 = 4_000;
/// Commits before a kill, which the next start reads from the log.
const BEFORE_A_KILL: u32 = 500;

/// What was seen of a server's memory.
#[derive(Debug, Serialize)]
struct Line {
    phase: &'static str,
    peak_mib: u64,
    of_budget: f64,
    per_second: f64,
}

/// A start of the server.
#[derive(Debug, Serialize)]
struct Start {
    after: &'static str,
    data_mib: u64,
    seconds: f64,
}

struct Bench {
    data: PathBuf,
    /// In bytes.
    budget: u64,
    lines: Vec<Line>,
    starts: Vec<Start>,
}

/// Fills a store, starts it again in several ways, and keeps it busy for `time`.
pub(crate) async fn run(time: Duration) -> Outcome<()> {
    let budget = env::var(BUDGET_VARIABLE).map_or(Ok(BUDGET), |text| text.parse())?;
    println!("\nMemory: a budget of {budget} MiB, a store of {TIMES} times that");
    let dir = tempfile::tempdir()?;
    let mut bench = Bench {
        data: dir.path().to_owned(),
        budget: budget << 20,
        lines: Vec::new(),
        starts: Vec::new(),
    };
    let server = bench.start("nothing").await?;
    let (rows, server) = bench.fill(server).await?;
    server.terminate().await?;
    let server = bench.start("a clean end").await?;
    let busy = load::run(&server, CONNECTIONS, time, &Busy { rows }).await?;
    if busy.refused > 0 {
        return Err(format!("{} calls were refused", busy.refused).into());
    }
    bench.seen("kept busy, calls", &server, busy.per_second)?;
    server.terminate().await?;
    bench.killed().await?;
    bench.print()
}

impl Bench {
    async fn start(&mut self, after: &'static str) -> Outcome<Server> {
        let begun = Instant::now();
        let server = Server::start(&mut Binary::rows(&self.data, self.budget)?).await?;
        let (data_mib, seconds) = (size(&self.data) >> 20, begun.elapsed().as_secs_f64());
        let start = Start {
            after,
            data_mib,
            seconds,
        };
        self.starts.push(start);
        Ok(server)
    }

    /// Adds rows until the store is as large as it is to be; gives how many there are.
    async fn fill(&mut self, server: Server) -> Outcome<(u32, Server)> {
        let (mut rows, begun) = (0, Instant::now());
        while size(&self.data.join("store/state.redb")) < TIMES * self.budget {
            let args = format!(r#"{{"from":{rows},"count":{BATCH},"bytes":{ROW_BYTES}}}"#);
            call(&server, "/api/mutation", "rows:fill", &args).await?;
            rows += BATCH;
        }
        let per_second = f64::from(rows) / begun.elapsed().as_secs_f64();
        self.seen("filled, rows", &server, per_second)?;
        Ok((rows, server))
    }

    /// How long a start takes with a log to read.
    async fn killed(&mut self) -> Outcome<()> {
        let server = self.start("a clean end").await?;
        for row in 0..BEFORE_A_KILL {
            let args = format!(r#"{{"number":{row},"salt":{row}}}"#);
            call(&server, "/api/mutation", "rows:touch", &args).await?;
        }
        drop(server);
        self.start("a kill").await.map(drop)
    }

    fn seen(&mut self, phase: &'static str, server: &Server, per_second: f64) -> Outcome<()> {
        let peak = server.peak_memory()? << 10;
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let of_budget = peak as f64 / self.budget as f64;
        let peak_mib = peak >> 20;
        let line = Line {
            phase,
            peak_mib,
            of_budget,
            per_second,
        };
        self.lines.push(line);
        Ok(())
    }

    fn print(&self) -> Outcome<()> {
        println!(
            "{:<24} {:>10} {:>10} {:>10}",
            "", "peak MiB", "of budget", "a second"
        );
        for Line {
            phase,
            peak_mib,
            of_budget,
            per_second,
        } in &self.lines
        {
            println!("{phase:<24} {peak_mib:>10} {of_budget:>10.2} {per_second:>10.0}");
        }
        println!("{:<24} {:>10} {:>10}", "start after", "data MiB", "seconds");
        for Start {
            after,
            data_mib,
            seconds,
        } in &self.starts
        {
            println!("{after:<24} {data_mib:>10} {seconds:>10.3}");
        }
        println!("{}", serde_json::to_string(&(&self.lines, &self.starts))?);
        Ok(())
    }
}

/// Reads, scans of twenty rows, and writes, all over the store.
#[derive(Debug, Clone)]
struct Busy {
    rows: u32,
}

impl Workload for Busy {
    const PATH: &'static str = "/api/function";

    fn body(&self, random: &mut StdRng, body: &mut Vec<u8>) {
        let (number, salt) = (
            random.random_range(0..self.rows),
            random.random_range(0..self.rows),
        );
        let call = match random.random_range(0..10) {
            0..5 => format!(r#"{{"path":"rows:read","args":{{"number":{number}}}}}"#),
            5..7 => format!(r#"{{"path":"rows:group","args":{{"number":{number}}}}}"#),
            _ => format!(r#"{{"path":"rows:touch","args":{{"number":{number},"salt":{salt}}}}}"#),
        };
        body.extend_from_slice(call.as_bytes());
    }
}

/// Bytes of a file, or of all files below a directory; nothing while it is not there.
pub(crate) fn size(path: &Path) -> u64 {
    let Ok(metadata) = fs::metadata(path) else {
        return 0;
    };
    if !metadata.is_dir() {
        return metadata.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| size(&entry.path())).sum()
}
