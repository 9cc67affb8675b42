//! Transfers inside one process: what the engine costs without a network.
//!
//! Tasks with several calls in flight each, as connections that pipeline would send them. Every transfer is on disk
//! before its answer. The figures include what it costs to draw the accounts and to make the calls.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use lunora_core::{Object, Value, path::FunctionPath, reference::Kind};
use lunora_runtime::{
    database::OpenOptions,
    functions::{CallRequest, EngineOptions, IdempotencyKey, RequestId, Runtime},
    store::{Embedded, Memory, Options, Store},
};
use rand::{SeedableRng, rngs::StdRng};

use crate::{
    Outcome,
    load::{Measured, Run},
    server::own_cpu,
    sqlite,
    transfer::{BATCH, Transfers},
};

/// A bank that can be called from this process.
pub(crate) trait Transfer: Clone + Send + 'static {
    /// Moves a cent; false if it was refused.
    fn transfer(&self, from: u32, to: u32) -> impl Future<Output = Outcome<bool>> + Send;
}

/// Transfers for `time`, so many at once.
pub(crate) async fn run(
    bank: &impl Transfer,
    in_flight: usize,
    time: Duration,
    transfers: &Transfers,
) -> Outcome<Run> {
    let (cpu, start) = (own_cpu()?, Instant::now());
    let end = start + time;
    let callers: Vec<_> = (0..in_flight)
        .map(|number| tokio::spawn(caller(bank.clone(), number as u64, end, transfers.clone())))
        .collect();
    let mut all = Measured::default();
    for caller in callers {
        all.merge(caller.await??);
    }
    all.finish(start.elapsed(), own_cpu()?.saturating_sub(cpu))
}

async fn caller(bank: impl Transfer, seed: u64, end: Instant, transfers: Transfers) -> Outcome<Measured> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut measured = Measured::default();
    while Instant::now() < end {
        let (from, to) = transfers.pair(&mut random);
        let sent = Instant::now();
        let done = bank.transfer(from, to).await?;
        measured.add(sent.elapsed(), done);
    }
    Ok(measured)
}

impl Transfer for sqlite::Bank {
    async fn transfer(&self, from: u32, to: u32) -> Outcome<bool> {
        sqlite::Bank::transfer(self, from, to, 1).await
    }
}

impl Transfer for Bank {
    async fn transfer(&self, from: u32, to: u32) -> Outcome<bool> {
        self.move_a_cent(from, to, None).await
    }
}

/// The bank as a client has it whose requests are numbered, as they are over the socket: each leaves a record.
#[derive(Clone)]
pub(crate) struct InSession {
    bank: Bank,
    session: Arc<str>,
    next: Arc<AtomicU32>,
}

impl InSession {
    pub(crate) fn new(bank: Bank) -> Self {
        Self {
            bank,
            session: "b9f5ab8c-64a5-4be0-a3a1-5a0ac6e0f1d5".into(),
            next: Arc::default(),
        }
    }
}

impl Transfer for InSession {
    async fn transfer(&self, from: u32, to: u32) -> Outcome<bool> {
        let key = IdempotencyKey::InSession {
            session: Arc::clone(&self.session),
            request: self.next.fetch_add(1, Ordering::Relaxed),
        };
        self.bank.move_a_cent(from, to, Some(key)).await
    }
}

/// The bank on a store of its own.
#[derive(Clone)]
pub(crate) struct Bank {
    runtime: Runtime,
    transfer: FunctionPath,
    _directory: Arc<tempfile::TempDir>,
}

impl Bank {
    /// Opens the accounts of a bank on disk.
    pub(crate) async fn open(accounts: u32, balance: u64) -> Outcome<Self> {
        let directory = tempfile::tempdir()?;
        let store = Arc::new(Embedded::open(directory.path(), Options::default())?);
        Self::on(store, directory, accounts, balance).await
    }

    /// Opens the accounts of a bank in memory.
    pub(crate) async fn in_memory(accounts: u32, balance: u64) -> Outcome<Self> {
        Self::on(Arc::new(Memory::new()), tempfile::tempdir()?, accounts, balance).await
    }

    async fn on(
        store: Arc<dyn Store>,
        directory: tempfile::TempDir,
        accounts: u32,
        balance: u64,
    ) -> Outcome<Self> {
        let options = EngineOptions::default();
        let runtime = Runtime::open(bank::app(), store, options, OpenOptions::default())?;
        let bank = Self {
            runtime,
            transfer: FunctionPath::parse("bank:transfer")?,
            _directory: Arc::new(directory),
        };
        // Small enough for a profiler that makes everything slow.
        let batch = BATCH.min(accounts / 20);
        for from in (0..accounts).step_by(batch as usize) {
            let count = batch.min(accounts - from);
            let args = [
                ("from", from.into()),
                ("count", count.into()),
                ("balance", number(balance)),
            ];
            bank.call(Kind::Mutation, "bank:open", Object::from_iter(args))
                .await?;
        }
        Ok(bank)
    }

    async fn move_a_cent(&self, from: u32, to: u32, key: Option<IdempotencyKey>) -> Outcome<bool> {
        let args = Object::from_iter([("amount", 1_u32), ("from", from), ("to", to)]);
        let request = CallRequest {
            idempotency_key: key,
            ..request(Kind::Mutation, self.transfer.clone(), args)
        };
        Ok(self.runtime.public().call(request).await.is_ok())
    }

    async fn call(&self, kind: Kind, path: &str, args: Object) -> Outcome<Value> {
        let request = request(kind, FunctionPath::parse(path)?, args);
        let answer = self.runtime.public().call(request).await;
        Ok(answer.map_err(|error| error.to_string())?.value.into_value())
    }

    /// Fails if money came or went.
    pub(crate) async fn check_total(&self, expected: u64) -> Outcome<()> {
        let total = self.call(Kind::Query, "bank:total", Object::new()).await?;
        if total == number(expected) {
            return Ok(());
        }
        Err(format!("expected {expected}, got {total:?}").into())
    }
}

fn request(kind: Kind, path: FunctionPath, args: Object) -> CallRequest {
    CallRequest {
        path,
        kind: Some(kind),
        args,
        identity: None,
        idempotency_key: None,
        request_id: RequestId::random(),
        at: None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "cents, far below 2^53")]
fn number(cents: u64) -> Value {
    Value::Float64(cents as f64)
}
