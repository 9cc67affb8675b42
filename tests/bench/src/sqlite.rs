//! The same bank, written by hand on `SQLite`: one thread that owns the database, every transfer on disk before its
//! answer.

use std::{
    path::Path,
    sync::mpsc::{self, Receiver, SyncSender},
    thread,
};

use axum::{Json, Router, extract::State, routing::post};
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::{ACCOUNTS, BALANCE, Outcome};

/// How many transfers share a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Commits {
    /// Each has its own.
    Each,
    /// All that have arrived while the last one was committed.
    Groups,
}

/// Transfers that may wait for the thread.
const WAITING: usize = 8_192;
/// Transfers in one transaction.
const MAX_GROUP: usize = 1_024;

/// One transfer and where its answer goes.
struct Transfer {
    from: u32,
    to: u32,
    amount: i64,
    answer: oneshot::Sender<bool>,
}

/// The bank. Clones are the same bank.
#[derive(Clone)]
pub(crate) struct Bank(SyncSender<Transfer>);

impl Bank {
    /// Opens the accounts in a new database.
    pub(crate) fn open(file: &Path, commits: Commits) -> Outcome<Self> {
        let mut database = Connection::open(file)?;
        database.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE accounts (number INTEGER PRIMARY KEY, balance INTEGER NOT NULL) STRICT;",
        )?;
        let opening = database.transaction()?;
        for number in 0..ACCOUNTS {
            let balance = i64::try_from(BALANCE)?;
            opening
                .prepare_cached("INSERT INTO accounts (number, balance) VALUES (?, ?)")?
                .execute(params![number, balance])?;
        }
        opening.commit()?;
        let (transfers, queue) = mpsc::sync_channel(WAITING);
        thread::spawn(move || {
            // Without its thread the bank answers nobody, and the benchmark ends with an error.
            if let Err(error) = work(&mut database, &queue, commits) {
                eprintln!("SQLite: {error}");
            }
        });
        Ok(Self(transfers))
    }

    /// Moves an amount. False when the account has less than that.
    pub(crate) async fn transfer(&self, from: u32, to: u32, amount: i64) -> Outcome<bool> {
        Ok(self.begin(from, to, amount)?.await?)
    }

    /// The same, for whoever has others under way.
    pub(crate) fn begin(&self, from: u32, to: u32, amount: i64) -> Outcome<oneshot::Receiver<bool>> {
        let (answer, answered) = oneshot::channel();
        let transfer = Transfer {
            from,
            to,
            amount,
            answer,
        };
        self.0.try_send(transfer).map_err(|error| error.to_string())?;
        Ok(answered)
    }
}

fn work(database: &mut Connection, queue: &Receiver<Transfer>, commits: Commits) -> rusqlite::Result<()> {
    let most = if commits == Commits::Each { 1 } else { MAX_GROUP };
    let mut answers = Vec::new();
    while let Ok(first) = queue.recv() {
        let transaction = database.transaction()?;
        let rest = std::iter::from_fn(|| queue.try_recv().ok());
        for Transfer {
            from,
            to,
            amount,
            answer,
        } in std::iter::once(first).chain(rest).take(most)
        {
            answers.push((answer, apply(&transaction, from, to, amount)?));
        }
        transaction.commit()?;
        for (answer, outcome) in answers.drain(..) {
            // Whoever asked may be gone.
            let _ = answer.send(outcome);
        }
    }
    Ok(())
}

fn apply(database: &Connection, from: u32, to: u32, amount: i64) -> rusqlite::Result<bool> {
    let mut look = database.prepare_cached("SELECT balance FROM accounts WHERE number = ?")?;
    let payer: i64 = look.query_row([from], |row| row.get(0))?;
    let recipient: i64 = look.query_row([to], |row| row.get(0))?;
    if payer < amount {
        return Ok(false);
    }
    let mut set = database.prepare_cached("UPDATE accounts SET balance = ? WHERE number = ?")?;
    set.execute(params![payer - amount, from])?;
    set.execute(params![recipient + amount, to])?;
    Ok(true)
}

/// A request as the bank of Lunora gets it, of which only the arguments matter here.
#[derive(Deserialize)]
struct Request {
    args: [Arguments; 1],
}

#[derive(Deserialize)]
struct Arguments {
    from: u32,
    to: u32,
    amount: i64,
}

/// Serves the bank over HTTP, until the process ends.
pub(crate) fn serve(commits: Commits) -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let bank = Bank::open(&directory.path().join("bank.sqlite"), commits)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let routes = Router::new()
            .route("/api/mutation", post(transfer))
            .with_state(bank);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("serving on http://{}", listener.local_addr()?);
        Ok(axum::serve(listener, routes).await?)
    })
}

async fn transfer(State(bank): State<Bank>, Json(Request { args: [args] }): Json<Request>) -> Json<Value> {
    let done = bank.transfer(args.from, args.to, args.amount).await;
    Json(match done {
        Ok(true) => json!({"status": "success", "value": null}),
        Ok(false) => json!({"status": "error", "errorMessage": "Overdraft"}),
        Err(error) => json!({"status": "error", "errorMessage": error.to_string()}),
    })
}
