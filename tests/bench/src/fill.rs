//! Loading a million documents with two indexes, against the same rows in `SQLite`: so many in each transaction, each on
//! disk before the next.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use lunora_runtime::{
    database::OpenOptions,
    functions::{EngineOptions, Runtime},
    memory::MemoryBudget,
    store::Embedded,
};
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::{Outcome, fanout::call, memory::size, rows, server::own_cpu};

const DOCUMENTS: u32 = 1_000_000;
/// In one transaction.
const BATCH: u32 = 4_000;
/// Of the text of each.
const BYTES: u32 = 160;

#[derive(Debug, Serialize)]
struct Line {
    name: &'static str,
    documents_per_second: f64,
    cpu_us_per_document: f64,
    bytes_per_document: f64,
}

/// Loads both.
pub(crate) async fn run() -> Outcome<()> {
    println!("\n{DOCUMENTS} documents with two indexes, {BATCH} in a transaction, in one process");
    let directory = tempfile::tempdir()?;
    let (start, cpu) = (Instant::now(), own_cpu()?);
    load_sqlite(&directory.path().join("rows.sqlite"), DOCUMENTS)?;
    let sqlite = line(
        "SQLite",
        start.elapsed(),
        own_cpu()?.saturating_sub(cpu),
        directory.path(),
    );
    let directory = tempfile::tempdir()?;
    let (start, cpu) = (Instant::now(), own_cpu()?);
    load_rows(directory.path()).await?;
    let rows = line(
        "rows:fill",
        start.elapsed(),
        own_cpu()?.saturating_sub(cpu),
        directory.path(),
    );
    let ratio = rows.documents_per_second / sqlite.documents_per_second;
    for line in [&sqlite, &rows] {
        println!(
            "{:<12} {:>9.0} documents/s {:>7.1} CPU µs and {:>6.0} bytes each",
            line.name, line.documents_per_second, line.cpu_us_per_document, line.bytes_per_document
        );
    }
    println!("ratio {ratio:.2}\n{}", serde_json::to_string(&[sqlite, rows])?);
    Ok(())
}

/// Until everything is in the state on disk.
async fn load_rows(directory: &Path) -> Outcome<()> {
    let budget = MemoryBudget::DEFAULT;
    let store = Arc::new(Embedded::open(directory, budget.store())?);
    let (engine, opening) = (EngineOptions::default(), OpenOptions::default());
    let runtime = Runtime::open(
        crate::app(),
        store,
        budget.engine(engine),
        budget.database(opening),
    )?;
    for from in (0..DOCUMENTS).step_by(BATCH as usize) {
        let args = [
            ("from", from.into()),
            ("count", BATCH.into()),
            ("bytes", BYTES.into()),
        ];
        call(&runtime, "rows:fill", args).await?;
    }
    Ok(runtime.shutdown().await?)
}

/// So many rows in a new database.
pub(crate) fn load_sqlite(file: &Path, rows: u32) -> Outcome<()> {
    let mut database = Connection::open(file)?;
    database.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE rows (number INTEGER NOT NULL, family INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
         CREATE UNIQUE INDEX by_number ON rows (number);
         CREATE INDEX by_family ON rows (family);",
    )?;
    for from in (0..rows).step_by(BATCH as usize) {
        let transaction = database.transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO rows VALUES (?, ?, ?)")?;
            for number in from..from + BATCH {
                insert.execute(params![number, number / rows::GROUP, rows::text(number, BYTES)])?;
            }
        }
        transaction.commit()?;
    }
    database.close().map_err(|(_, error)| error)?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn line(name: &'static str, elapsed: Duration, cpu: Duration, directory: &Path) -> Line {
    let documents = f64::from(DOCUMENTS);
    Line {
        name,
        documents_per_second: documents / elapsed.as_secs_f64(),
        cpu_us_per_document: cpu.as_secs_f64() * 1e6 / documents,
        bytes_per_document: size(directory) as f64 / documents,
    }
}
