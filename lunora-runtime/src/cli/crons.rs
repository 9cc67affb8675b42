//! `crons`: what a running server does again and again.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    Failure,
    args::{CronOperation, Crons},
    block_on,
    output::{one_line, print, print_json},
    place::Remote,
};
use crate::calendar::show;

pub(super) fn crons(command: &Crons) -> Result<(), Failure> {
    let server = Remote::of(&command.target, "no cron does")?;
    let answer = block_on(ask(&server, &command.operation))?;
    if command.json {
        return print_json(&answer);
    }
    match &command.operation {
        CronOperation::Run { .. } => print(answer["job"].as_str().unwrap_or_default().to_owned() + "\n"),
        CronOperation::List => {
            let list = List::deserialize(answer).map_err(Failure::unusable)?;
            print(list.crons.iter().map(lines).collect::<String>())
        }
    }
}

async fn ask(server: &Remote, operation: &CronOperation) -> Result<Json, Failure> {
    match operation {
        CronOperation::List => server.told("/api/admin/crons", None).await,
        CronOperation::Run { name } => {
            let body = json!({"name": name});
            server.told("/api/admin/crons/run", Some(body)).await
        }
    }
}

#[derive(Deserialize)]
struct List {
    crons: Vec<Listed>,
}

/// A cron in a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    name: String,
    schedule: String,
    target: String,
    next: Option<f64>,
    under_way: bool,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    outcome: String,
    due: f64,
    duration_millis: Option<f64>,
    skipped: u64,
    error: Option<String>,
}

fn lines(cron: &Listed) -> String {
    let Listed {
        name,
        schedule,
        target,
        ..
    } = cron;
    let next = match (cron.under_way, cron.next) {
        (true, _) => "runs now".to_owned(),
        (false, Some(next)) => format!("next {}", show(next)),
        (false, None) => "no next run".to_owned(),
    };
    let last = cron.runs.first().map_or_else(String::new, last);
    format!("{name}\n  {schedule}, {target}\n  {next}\n{last}")
}

fn last(run: &Run) -> String {
    let (outcome, due) = (&run.outcome, show(run.due));
    let took = run.duration_millis.map(|millis| format!(" in {millis:.0} ms"));
    let skipped = (run.skipped > 0).then(|| format!(", {} runs", run.skipped));
    // An error may have several lines; `--json` has them all.
    let error = run.error.as_deref().and_then(|error| error.lines().next());
    let error = error.map(|error| format!(": {error}"));
    let more = [took, skipped, error].map(Option::unwrap_or_default).concat();
    one_line(&format!("  last {due} {outcome}{more}")) + "\n"
}
