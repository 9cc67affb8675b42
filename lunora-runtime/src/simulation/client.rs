//! Those who call and those who watch.

use std::{collections::BTreeMap, sync::Arc};

use lunora_core::{
    path::FunctionPath,
    reference::FunctionRef,
    value::{Object, Value, from_value_ref, to_value},
};
use parking_lot::Mutex;
use rand::RngExt;

use super::{
    application::{Change, Look},
    history::{Answer, History, Request},
    operation::{Operation, Outcome, Program},
};
use crate::{
    functions::{CallError, CallRequest, RequestId, Runtime, WatchRequest},
    store::Timestamp,
    sync::simulated::{Random, block_on},
};

/// Calls so many functions, one after the other.
pub(super) fn call_often(runtime: &Runtime, history: &History, random: &mut Random, calls: u32) {
    for _ in 0..calls {
        if random.random_bool(0.7) {
            let (number, request) = history.begin(|calls, number| Request::mutation(calls, number, random));
            let answer = call(runtime, Change::PATH, request);
            history.end(number, answer);
        } else {
            look(runtime, history, Operation::reads(random));
        }
    }
}

/// Asks once.
pub(super) fn look(runtime: &Runtime, history: &History, program: Program) {
    let (number, request) = history.begin(|_, number| Request::once(program, number));
    let answer = call(runtime, Look::PATH, request);
    history.end(number, answer);
}

fn call(runtime: &Runtime, path: &str, request: Request) -> Answer {
    let is_mutation = path == Change::PATH;
    let request = CallRequest {
        path: FunctionPath::parse(path).unwrap(),
        kind: None,
        args: arguments(&request.program, is_mutation.then_some(request.first)),
        identity: None,
        idempotency_key: request.key.map(Into::into),
        request_id: RequestId::random(),
        at: None,
    };
    match block_on(runtime.public().call(request)) {
        Ok(answer) => Answer::Done(answer.ts, outcome(&answer.value)),
        Err(CallError::Function(error)) => match error.app_data() {
            Some(seen) => Answer::Failed(outcome(seen)),
            None => Answer::Refused(error.to_string()),
        },
        Err(other) => Answer::Refused(other.to_string()),
    }
}

fn arguments(program: &Program, number: Option<usize>) -> Object {
    let program: Vec<_> = program.iter().map(|operation| operation.encode()).collect();
    let program = to_value(&program).unwrap();
    match number {
        None => Object::from_iter([("program", program)]),
        Some(number) => {
            let number = f64::from(u32::try_from(number).unwrap());
            Object::from_iter([("program", program), ("number", number.into())])
        }
    }
}

fn outcome(value: &Value) -> Outcome {
    from_value_ref(value).unwrap()
}

/// What a client watches, and what it holds of that.
#[derive(Debug, Clone, Default)]
pub(super) struct Watching(Arc<Mutex<BTreeMap<u32, Watched>>>);

#[derive(Debug)]
struct Watched {
    program: Program,
    /// None before the first result, and where the query failed.
    held: Option<Outcome>,
}

impl Watching {
    /// Watches a few queries until the server ends; changes now and then which.
    pub(super) fn watch(&self, runtime: &Runtime, history: &History, random: &mut Random) {
        let mut queries = runtime.connect();
        let (mut last, mut changes) = (Timestamp::ZERO, random.random_range(1..5));
        loop {
            if changes > 0 {
                changes -= 1;
                let (number, program) = (random.random_range(0..3), Operation::reads(random));
                let request = WatchRequest {
                    path: FunctionPath::parse(Look::PATH).unwrap(),
                    args: arguments(&program, None),
                    identity: None,
                    journal: None,
                };
                runtime.public().watch(&mut queries, number, request).unwrap();
                let held = None;
                self.0.lock().insert(number, Watched { program, held });
            }
            let Some(transition) = block_on(queries.next(Timestamp::ZERO)) else {
                return;
            };
            assert!(transition.ts >= last, "{} after {last}", transition.ts);
            last = transition.ts;
            for update in transition.updates {
                let result = update.outcome.result().ok().map(|value| outcome(value.value()));
                if let Some(watched) = self.0.lock().get_mut(&update.query) {
                    watched.held = result;
                }
            }
            self.tell(history, last);
        }
    }

    /// Notes what is held, as of `ts`.
    pub(super) fn tell(&self, history: &History, ts: Timestamp) {
        let watched = self.0.lock();
        let held = watched
            .values()
            .filter_map(|it| Some((it.program.clone(), it.held.clone()?)));
        history.told(ts, held.collect());
    }
}
