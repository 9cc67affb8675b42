//! Runs that take longer than a call may: nobody is left with a failure for good.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use lunora_core::path::FunctionPath;
use lunora_runtime::{
    database::OpenOptions,
    functions::{CallLimits, CallRequest, EngineOptions, RequestId, Runtime},
    store::Memory,
};

use crate::{
    app,
    support::{Client, gate, named, runs, set},
};

const SHORT: Duration = Duration::from_millis(50);

/// The application on one thread, with little time for a call.
fn impatient() -> Runtime {
    let mut calls = CallLimits::default();
    calls.total_time = SHORT;
    let options = EngineOptions {
        threads: 1,
        calls,
        ..EngineOptions::default()
    };
    Runtime::open(app(), Arc::new(Memory::new()), options, OpenOptions::default()).unwrap()
}

/// Writes, as often as it takes: on a busy machine a call may be too late itself.
async fn write(runtime: &Runtime, name: &str, value: i32) {
    loop {
        let runtime = runtime.clone();
        let name = name.to_owned();
        let written = tokio::spawn(async move { set(&runtime, &name, value).await });
        if written.await.is_ok() {
            return;
        }
    }
}

/// Waits until the client has the result of query 0.
async fn result(client: &mut Client) {
    while client.held.get(&0).is_none_or(Result::is_err) {
        client.changed().await;
    }
}

#[tokio::test]
async fn the_result_of_a_run_that_hung_is_told_when_it_comes() {
    let (runtime, name) = (impatient(), "hangs");
    let gate = gate(name);
    let mut client = Client::new(&runtime);
    client.watch_named(0, "gated", name);
    client.changed().await;
    let error = client.held[&0].as_ref().unwrap_err().clone();
    assert!(error.contains("total_time"), "{error}");
    gate.open();
    result(&mut client).await;
    assert_eq!(
        runs("gated", name),
        1,
        "it is not run again for a result that holds"
    );
    for value in 1..=3 {
        gate.open();
        write(&runtime, name, value).await;
        client.catch_up().await;
        result(&mut client).await;
        assert_eq!(client.number(0), f64::from(value));
    }
}

#[tokio::test]
async fn what_waits_in_line_is_not_given_up() {
    let (runtime, name) = (impatient(), "holds the thread");
    let gate = gate(name);
    let holding = tokio::spawn({
        let runtime = runtime.clone();
        async move {
            let request = CallRequest {
                path: FunctionPath::parse("counters:gated").unwrap(),
                kind: None,
                args: named(name),
                identity: None,
                idempotency_key: None,
                at: None,
                request_id: RequestId::random(),
            };
            runtime.public().call(request).await.is_ok()
        }
    });
    gate.reached().await;
    let mut client = Client::new(&runtime);
    client.watch_named(0, "value", "in line");
    let go_on = async {
        // It waits by now, and longer than a call may take.
        tokio::time::sleep(4 * SHORT).await;
        gate.open();
    };
    tokio::join!(client.changed(), go_on);
    assert!(client.held[&0].is_ok(), "{:?}", client.held[&0]);
    holding.await.unwrap();
}

#[tokio::test]
async fn a_run_that_hung_while_a_commit_overtook_it_is_run_again_but_not_at_once() {
    let (runtime, name) = (impatient(), "hangs and is overtaken");
    let gate = gate(name);
    let mut client = Client::new(&runtime);
    client.watch_named(0, "gated", name);
    client.changed().await;
    assert!(client.held[&0].is_err());
    // By now another thread does what the one at the gate would.
    write(&runtime, name, 7).await;
    let ended = Instant::now();
    gate.open();
    let told = tokio::time::timeout(6 * SHORT, client.changed()).await;
    let ran = runs("gated", name);
    if ended.elapsed() < Duration::from_secs(1) {
        assert!(told.is_err());
        assert_eq!(ran, 1, "it would hold one thread after the other");
    }
    gate.open();
    result(&mut client).await;
    assert_eq!(client.number(0), 7.0);
}
