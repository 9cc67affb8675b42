//! `run`: one function, public or internal.

use std::{path::Path, sync::Arc};

use lunora_core::{
    json::{parse, to_encoded_string},
    path::FunctionPath,
    value::{Object, Value},
};

use super::{
    Failure,
    args::{Run, Target},
    data_dir::DataDir,
    output::print,
    progress,
};
#[cfg(feature = "fetch")]
use crate::functions::http_client;
use crate::{
    functions::{App, CallRequest, EngineOptions, RequestId, Runtime},
    store::Store,
};

pub(super) fn run(app: App, run: &Run) -> Result<(), Failure> {
    let path = FunctionPath::parse(&run.function).map_err(Failure::unusable)?;
    let args = arguments(&run.args)?;
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::unusable)?;
    let value = tokio.block_on(async {
        match &run.target {
            Target::Data(data) => run_on_data(app, data, path, args).await,
            Target::Server { url, admin_key } => run_on_server(url, admin_key, &path, &args).await,
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

/// Runs it on the data, or asks the server that holds the data.
async fn run_on_data(app: App, data: &Path, path: FunctionPath, args: Object) -> Result<Value, Failure> {
    let directory = DataDir::new(data);
    if !directory.exists() {
        let message = format!(
            "there is no data in {}; `serve` makes it, or name another with --data",
            data.display()
        );
        return Err(Failure::unusable(message));
    }
    match directory.open()? {
        Some(store) => run_here(app, store, path, args).await,
        None => {
            let missing = |file: &str, error: &std::io::Error| {
                Failure::unusable(format!(
                    "another process holds the data, and its {file} cannot be read: {error}"
                ))
            };
            let url = directory
                .read_address()
                .map_err(|error| missing("address", &error))?;
            let key = directory
                .read_admin_key()
                .map_err(|error| missing("admin key", &error))?;
            run_on_server(&url, &key, &path, &args).await
        }
    }
}

async fn run_here(
    app: App,
    store: Arc<dyn Store>,
    path: FunctionPath,
    args: Object,
) -> Result<Value, Failure> {
    let runtime = Runtime::open(app, store, EngineOptions::default(), progress::opening())
        .map_err(Failure::unusable)?;
    let request = CallRequest {
        path,
        kind: None,
        args,
        identity: None,
        idempotency_key: None,
        request_id: RequestId::random(),
    };
    let result = runtime.full().call_as_server(request).await;
    runtime.shutdown().await.map_err(Failure::unusable)?;
    Ok(result.map_err(Failure::failed)?.value.into_value())
}

#[cfg(feature = "fetch")]
async fn run_on_server(url: &str, key: &str, path: &FunctionPath, args: &Object) -> Result<Value, Failure> {
    let body = format!(
        r#"{{"path":"{}","format":"convex_encoded_json","args":{}}}"#,
        path.as_str(),
        to_encoded_string(&Value::Object(args.clone())),
    );
    let unreachable =
        |error: reqwest::Error| Failure::unusable(format!("the server at {url} does not answer: {error}"));
    let request = http_client().post(format!("{}/api/function", url.trim_end_matches('/')));
    let request = request
        .header("authorization", format!("Convex {key}"))
        .header("content-type", "application/json");
    let response = request.body(body).send().await.map_err(unreachable)?;
    let status = response.status();
    let bytes = response.bytes().await.map_err(unreachable)?;
    let strange = || {
        Failure::unusable(format!(
            "{url} answered {status}: {}",
            String::from_utf8_lossy(&bytes)
        ))
    };
    let Ok(Value::Object(mut answer)) = parse(&bytes) else {
        return Err(strange());
    };
    match (
        answer.remove("value"),
        answer.get("errorMessage").and_then(Value::as_str),
    ) {
        (Some(value), _) if status.is_success() => Ok(value),
        (None, Some(message)) => Err(Failure::failed(plain(message))),
        _ => Err(strange()),
    }
}

/// The text of a failure without what a server puts before it for clients: `[Request ID: ..] Server Error`.
#[cfg(feature = "fetch")]
fn plain(message: &str) -> &str {
    let text = message.split_once('\n').map_or(message, |(_, text)| text);
    text.strip_prefix("Uncaught Error: ").unwrap_or(text)
}

#[cfg(not(feature = "fetch"))]
async fn run_on_server(url: &str, _: &str, _: &FunctionPath, _: &Object) -> Result<Value, Failure> {
    Err(Failure::unusable(format!(
        "this program was built without the feature `fetch` and cannot call {url}"
    )))
}
