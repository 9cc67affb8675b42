//! What a deployment sets for calls, each at the limit and one past it.

#![allow(unreachable_pub, reason = "an application is written as a library is")]

use std::{
    sync::{Arc, Barrier},
    time::Duration,
};

use lunora::Value;
use lunora_core::path::FunctionPath;
use lunora_runtime::{
    database::OpenOptions,
    functions::{CallError, CallLimits, CallRequest, EngineOptions, RequestId, Runtime},
    store::Memory,
};
use tokio::{sync::Semaphore, task::JoinHandle};

/// The functions.
mod calls {
    use std::future::pending;

    use super::{GO_ON, HOLDS, api};
    use lunora::prelude::*;

    #[query]
    pub async fn length(_ctx: &QueryCtx, text: String) -> Result<u32> {
        Ok(u32::try_from(text.len())?)
    }

    #[query]
    pub async fn repeat(_ctx: &QueryCtx, times: u32) -> Result<String> {
        Ok("x".repeat(times as usize))
    }

    #[mutation]
    pub async fn nothing(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }

    /// Holds its thread until the test lets it go.
    #[mutation]
    pub async fn hold(_ctx: &mut MutationCtx) -> Result<()> {
        HOLDS.add_permits(1);
        GO_ON.wait();
        Ok(())
    }

    #[action]
    pub async fn forever(_ctx: &ActionCtx) -> Result<()> {
        pending().await
    }

    #[action]
    pub async fn soon(_ctx: &ActionCtx) -> Result<()> {
        tokio::task::yield_now().await;
        Ok(())
    }

    #[query]
    pub async fn deep_query(ctx: &QueryCtx, levels: u32) -> Result<u32> {
        match levels {
            0 => Ok(0),
            _ => Ok(1 + ctx.run_query(api::calls::deep_query(levels - 1)).await?),
        }
    }

    #[mutation]
    pub async fn deep_mutation(ctx: &mut MutationCtx, levels: u32) -> Result<u32> {
        match levels {
            0 => Ok(0),
            _ => Ok(1 + ctx.run_mutation(api::calls::deep_mutation(levels - 1)).await?),
        }
    }

    #[action]
    pub async fn deep_action(ctx: &ActionCtx, levels: u32) -> Result<u32> {
        match levels {
            0 => Ok(0),
            _ => Ok(1 + ctx.run_action(api::calls::deep_action(levels - 1)).await?),
        }
    }
}

lunora::app! {
    calls::{length, repeat, nothing, hold, forever, soon, deep_query, deep_mutation, deep_action},
}

/// Tells that a mutation holds the only thread.
static HOLDS: Semaphore = Semaphore::const_new(0);
/// Where it waits for the test.
static GO_ON: Barrier = Barrier::new(2);

/// The application on one thread.
fn runtime(change: impl FnOnce(&mut CallLimits)) -> Runtime {
    let mut options = EngineOptions {
        threads: 1,
        ..EngineOptions::default()
    };
    change(&mut options.calls);
    Runtime::open(app(), Arc::new(Memory::new()), options, OpenOptions::default()).unwrap()
}

async fn call(runtime: &Runtime, function: &str, args: &[(&str, Value)]) -> Result<Value, String> {
    let args = args
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    let request = CallRequest {
        path: FunctionPath::parse(&format!("calls:{function}")).unwrap(),
        kind: None,
        args: args.collect(),
        identity: None,
        idempotency_key: None,
        request_id: RequestId::random(),
        at: None,
    };
    match runtime.public().call(request).await {
        Ok(answer) => Ok(answer.value.into_value()),
        Err(CallError::Function(error)) => Err(error.to_string()),
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn assert_exceeded(result: Result<Value, String>, expected: &str) {
    let error = result.expect_err(expected);
    assert!(error.contains(expected), "{error}");
}

#[tokio::test]
async fn argument_bytes() {
    let runtime = runtime(|limits| limits.argument_bytes = 100);
    // An object is 2, a name its length and 1, a string 2.
    let most = 100 - 2 - ("text".len() + 1) - 2;
    let length = |length| call_with(&runtime, "length", "text", "x".repeat(length).into());
    assert!(length(most).await.is_ok());
    assert_exceeded(length(most + 1).await, "argument_bytes is limited to 100");
}

#[tokio::test]
async fn result_bytes() {
    let runtime = runtime(|limits| limits.result_bytes = 100);
    let repeat = |times: u32| call_with(&runtime, "repeat", "times", f64::from(times).into());
    assert!(repeat(98).await.is_ok());
    assert_exceeded(repeat(99).await, "result_bytes is limited to 100");
}

#[tokio::test]
async fn call_depth() {
    // The second is the most that the command line takes.
    for depth in [3, 128] {
        let runtime = runtime(|limits| limits.call_depth = depth);
        for function in ["deepQuery", "deepMutation", "deepAction"] {
            let nest = |levels: u32| call_with(&runtime, function, "levels", f64::from(levels).into());
            assert_eq!(nest(depth).await, Ok(f64::from(depth).into()), "{function}");
            assert_exceeded(
                nest(depth + 1).await,
                &format!("call_depth is limited to {depth}"),
            );
        }
    }
}

#[tokio::test]
async fn action_time() {
    let runtime = runtime(|limits| limits.action_time = Duration::from_millis(20));
    let forever = call(&runtime, "forever", &[]).await;
    assert_exceeded(forever, "TimeLimitExceeded: action_time is limited to 20ms");
    let runtime = self::runtime(|limits| limits.action_time = Duration::from_hours(1));
    assert!(call(&runtime, "soon", &[]).await.is_ok());
}

/// What queries and mutations wait for a thread counts.
#[tokio::test]
async fn total_time() {
    const SHORT: Duration = Duration::from_millis(20);
    for (limit, is_enough) in [(SHORT, false), (Duration::from_hours(1), true)] {
        let runtime = runtime(|limits| limits.total_time = limit);
        let holding = hold(&runtime).await;
        let go_on = async {
            // Both wait by now, and longer than the limit.
            tokio::time::sleep(2 * SHORT).await;
            tokio::task::spawn_blocking(|| GO_ON.wait()).await.unwrap();
        };
        let (mutation, query, ()) = tokio::join! {
            biased;
            call(&runtime, "nothing", &[]),
            call_with(&runtime, "repeat", "times", 1.0.into()),
            go_on,
        };
        for result in [mutation, query] {
            if is_enough {
                assert!(result.is_ok(), "{result:?}");
            } else {
                assert_exceeded(result, "TimeLimitExceeded: total_time is limited to 20ms");
            }
        }
        assert!(holding.await.unwrap().is_ok(), "it had begun in time");
    }
}

async fn call_with(runtime: &Runtime, function: &str, name: &str, value: Value) -> Result<Value, String> {
    call(runtime, function, &[(name, value)]).await
}

/// Has the only thread held. The call that does may be too late itself on a busy machine, and is made again.
async fn hold(runtime: &Runtime) -> JoinHandle<Result<Value, String>> {
    loop {
        let runtime = runtime.clone();
        let mut holding = tokio::spawn(async move { call(&runtime, "hold", &[]).await });
        tokio::select! {
            held = HOLDS.acquire() => {
                held.unwrap().forget();
                return holding;
            }
            too_late = &mut holding => assert_exceeded(too_late.unwrap(), "total_time"),
        }
    }
}
