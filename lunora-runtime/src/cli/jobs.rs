//! `jobs`: the scheduled calls of a running server.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    Failure,
    args::{JobOperation, Jobs},
    block_on,
    output::{one_line, print, print_json},
    place::Remote,
};

pub(super) fn jobs(command: &Jobs) -> Result<(), Failure> {
    let server = Remote::of(&command.target, "no job does")?;
    let answer = block_on(ask(&server, &command.operation))?;
    if command.json {
        return print_json(&answer);
    }
    show(&command.operation, &answer)
}

async fn ask(server: &Remote, operation: &JobOperation) -> Result<Json, Failure> {
    let (path, body) = match operation {
        JobOperation::List { state, limit } => ("list", json!({"state": state, "limit": limit})),
        JobOperation::Show { id } => ("show", json!({"id": id})),
        JobOperation::Cancel { id } => ("cancel", json!({"id": id})),
        JobOperation::Retry { id } => ("retry", json!({"id": id})),
    };
    server.told(&format!("/api/admin/jobs/{path}"), Some(body)).await
}

/// A job in a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    id: String,
    function: String,
    state: String,
    #[serde(default)]
    stuck: bool,
    attempts: u32,
    error: Option<String>,
}

#[derive(Deserialize)]
struct List {
    jobs: Vec<Listed>,
}

fn show(operation: &JobOperation, answer: &Json) -> Result<(), Failure> {
    match operation {
        JobOperation::Cancel { id } => print(format_args!("{id} is canceled\n")),
        JobOperation::Retry { id } => print(format_args!("{id} runs again\n")),
        JobOperation::Show { .. } => print_json(answer),
        JobOperation::List { .. } => {
            let list = List::deserialize(answer).map_err(Failure::unusable)?;
            print(list.jobs.iter().map(line).collect::<String>())
        }
    }
}

fn line(job: &Listed) -> String {
    let Listed {
        id,
        function,
        state,
        stuck,
        attempts,
        error,
    } = job;
    let state = if *stuck { "stuck" } else { state };
    // An error may have several lines; `show` has them all.
    let error = error.as_deref().and_then(|error| error.lines().next());
    let error = error.map(|error| format!("  {error}")).unwrap_or_default();
    one_line(&format!(
        "{id}  {state:<9}  {attempts:>2} runs  {function}{error}"
    )) + "\n"
}
