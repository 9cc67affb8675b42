//! `run`: one function, public or internal.

use std::sync::Arc;

use lunora_core::{
    json::{parse, to_encoded_string},
    path::FunctionPath,
    value::{Object, Value},
};

use super::{
    Failure,
    args::Run,
    block_on,
    output::print,
    place::{Place, Remote},
    progress,
};
use crate::{
    functions::{App, CallRequest, EngineOptions, RequestId, Runtime},
    memory::MemoryBudget,
    store::Store,
};

pub(super) fn run(app: App, run: &Run) -> Result<(), Failure> {
    let path = FunctionPath::parse(&run.function).map_err(Failure::unusable)?;
    let args = arguments(&run.args)?;
    let value = block_on(async {
        match Place::of(&run.target)? {
            Place::Here(store, memory) => run_here(app, store, memory, path, args).await,
            Place::There(server) => run_there(&server, &path, &args).await,
        }
    })?;
    print(to_encoded_string(&value) + "\n")
}

fn arguments(text: &str) -> Result<Object, Failure> {
    match parse(text.as_bytes()) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => Err(Failure::unusable(format!(
            "the arguments are one JSON object, such as '{{\"channel\": \"general\"}}', not {}",
            other.kind_name()
        ))),
        Err(error) => Err(Failure::unusable(format!("the arguments are not JSON: {error}"))),
    }
}

async fn run_here(
    app: App,
    store: Arc<dyn Store>,
    memory: MemoryBudget,
    path: FunctionPath,
    args: Object,
) -> Result<Value, Failure> {
    let engine = memory.engine(EngineOptions::default());
    let runtime = Runtime::open(app, store, engine, progress::opening(memory)).map_err(Failure::unusable)?;
    let request = CallRequest {
        path,
        kind: None,
        args,
        identity: None,
        idempotency_key: None,
        request_id: RequestId::random(),
        at: None,
    };
    let result = runtime.full().call_as_server(request).await;
    runtime.shutdown().await.map_err(Failure::unusable)?;
    Ok(result.map_err(Failure::failed)?.value.into_value())
}

async fn run_there(server: &Remote, path: &FunctionPath, args: &Object) -> Result<Value, Failure> {
    let body = format!(
        r#"{{"path":"{}","format":"convex_encoded_json","args":{}}}"#,
        path.as_str(),
        to_encoded_string(&Value::Object(args.clone())),
    );
    let reply = server.ask("/api/function", Some(body)).await?;
    let Ok(Value::Object(mut answer)) = parse(&reply.body) else {
        return Err(server.strange(&reply));
    };
    match (
        answer.remove("value"),
        answer.get("errorMessage").and_then(Value::as_str),
    ) {
        (Some(value), _) if reply.status == 200 => Ok(value),
        (None, Some(message)) => Err(Failure::failed(plain(message))),
        _ => Err(server.strange(&reply)),
    }
}

/// The text of a failure without what a server puts before it for clients: `[Request ID: ..] Server Error`.
fn plain(message: &str) -> &str {
    let text = message.split_once('\n').map_or(message, |(_, text)| text);
    text.strip_prefix("Uncaught Error: ").unwrap_or(text)
}
