//! Scans over HTTP: a query that reads the twenty rows of a group by an index, against the same on `SQLite` by hand.

use std::{
    cell::RefCell,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use rand::{RngExt, rngs::StdRng};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    CONNECTIONS, Outcome, ROUNDS, fill,
    load::{self, Workload},
    report::Report,
    rows,
    server::{Binary, Server},
    transfer::call,
};

const ROWS: u32 = 100_000;
/// Of the text of each.
const BYTES: u32 = 160;
/// Of the server, as unless somebody says otherwise.
const BUDGET: u64 = 1 << 30;
/// Rows in one mutation.
const BATCH: u32 = 4_000;

/// Asks for any group.
#[derive(Clone)]
struct Groups;

impl Workload for Groups {
    const PATH: &'static str = "/api/query";

    fn body(&self, random: &mut StdRng, body: &mut Vec<u8>) {
        let number = random.random_range(0..ROWS);
        // Writing to a vector cannot fail.
        let _ = write!(
            body,
            r#"{{"path":"rows:group","format":"convex_encoded_json","args":[{{"number":{number}}}]}}"#
        );
    }
}

/// Measures both, and the bare handler beside them; `time` for each turn.
pub(crate) async fn run(time: Duration) -> Outcome<()> {
    const ECHO: &str = "axum, answers a constant";
    println!(
        "\nScans of {} rows over HTTP, {CONNECTIONS} connections, one call in flight on each; the CPU is the server's",
        rows::GROUP
    );
    let echo = Server::start(&mut Binary::myself("echo")?).await?;
    let sqlite = Server::start(&mut Binary::myself("scans-sqlite")?).await?;
    let data = tempfile::tempdir()?;
    let rows = Server::start(&mut Binary::rows(data.path(), BUDGET)?).await?;
    for from in (0..ROWS).step_by(BATCH as usize) {
        let args = format!(r#"{{"from":{from},"count":{BATCH},"bytes":{BYTES}}}"#);
        call(&rows, "/api/mutation", "rows:fill", &args).await?;
    }
    let mut report = Report::default();
    for _ in 0..ROUNDS {
        report.add(ECHO, load::run(&echo, CONNECTIONS, time, &Groups).await?);
        report.add("rows:group", load::run(&rows, CONNECTIONS, time, &Groups).await?);
        report.add(
            "axum + SQLite",
            load::run(&sqlite, CONNECTIONS, time, &Groups).await?,
        );
    }
    report.print(ECHO)
}

/// A request as the server of Lunora gets it.
#[derive(Deserialize)]
struct Request {
    args: [Arguments; 1],
}

#[derive(Deserialize)]
struct Arguments {
    number: u32,
}

/// Serves the rows from `SQLite`, until the process ends.
pub(crate) fn serve() -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("rows.sqlite");
    fill::load_sqlite(&file, ROWS)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let routes = Router::new().route("/api/query", post(answer)).with_state(file);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("serving on http://{}", listener.local_addr()?);
        Ok(axum::serve(listener, routes).await?)
    })
}

async fn answer(
    State(file): State<PathBuf>,
    Json(Request { args: [args] }): Json<Request>,
) -> (StatusCode, Json<Value>) {
    match group(&file, args.number) {
        Ok(bytes) => (StatusCode::OK, Json(json!({"status": "success", "value": bytes}))),
        Err(error) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            Json(json!({"status": "error", "errorMessage": error.to_string()})),
        ),
    }
}

/// On a connection of the thread: a read takes microseconds, and to hand it over would take longer.
fn group(file: &Path, number: u32) -> rusqlite::Result<usize> {
    thread_local! {
        static DATABASE: RefCell<Option<Connection>> = const { RefCell::new(None) };
    }
    DATABASE.with_borrow_mut(|database| {
        let database = match database {
            Some(database) => database,
            None => database.insert(Connection::open(file)?),
        };
        let mut look = database.prepare_cached("SELECT text FROM rows WHERE family = ?")?;
        let texts = look.query_map([number / rows::GROUP], |row| row.get::<_, String>(0))?;
        texts.map(|text| Ok(text?.len())).sum()
    })
}
