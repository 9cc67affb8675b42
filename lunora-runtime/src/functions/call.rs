//! The steps of one call: kind, arguments, handler, result.

use std::sync::Arc;

use lunora_core::{
    arguments::Arguments,
    error::{Error, RequestError, Result},
    identity::Identity,
    limits::LimitExceeded,
    reference::{Call, FunctionRef, Kind, Output},
    value::{Object, Value, from_value},
};
use tracing::Instrument;

use super::{
    call_state::Depth,
    dispatch::{Answer, CallError, CallRequest, call_error},
    engine::Engine,
    function::Function,
    idempotency::RequestKey,
    results::CallerClass,
    scheduler::JobRun,
    start::{MutationWatcher, Stalled, logged, refuse},
    transaction::Work,
};

/// The arguments of a nested call.
pub(crate) fn encode_args<F: FunctionRef>(call: Call<F>) -> Result<Object> {
    Ok(call
        .into_args()
        .encode(F::ARGS)
        .map_err(|error| error.in_field("args"))?)
}

/// The result of a nested call.
pub(super) fn decode_output<F: FunctionRef>(result: Result<Value>) -> Result<Output<F>> {
    let value = result.map_err(|error| error.nested().context(F::PATH))?;
    Ok(from_value(value)?)
}

/// Refuses what is larger than `limit`.
fn check_size(name: &'static str, size: usize, limit: usize) -> Result<()> {
    if size <= limit {
        return Ok(());
    }
    let advice = "pass large data in pieces, or by the id of a document";
    Err(Error::from(LimitExceeded {
        name,
        limit: limit as u64,
        advice,
    }))
}

impl Engine {
    /// Runs a call from outside whose function the caller may reach.
    pub(super) async fn call(
        self: &Arc<Self>,
        function: &Arc<Function>,
        request: CallRequest,
        class: CallerClass,
        key: Option<RequestKey>,
    ) -> Result<Answer, CallError> {
        let Some(underway) = self.running.enter() else {
            return Err(CallError::ShuttingDown);
        };
        let span = span(function, &request, tracing::Span::current().id());
        let result = self
            .checked(function, request, class, key, underway)
            .instrument(span.clone())
            .await;
        span.in_scope(|| log(&result));
        result
    }

    /// Starts a mutation whose caller may reach it, and does not wait for it.
    pub(super) fn start(
        self: &Arc<Self>,
        function: &Arc<Function>,
        request: CallRequest,
        class: CallerClass,
        key: Option<RequestKey>,
        watcher: impl MutationWatcher,
    ) -> Option<Stalled> {
        let Some(underway) = self.running.enter() else {
            refuse(watcher, CallError::ShuttingDown);
            return None;
        };
        // It may start on the thread that has just ordered another call, and is no part of that.
        let span = span(function, &request, None);
        let watcher = logged(watcher, span.clone());
        let request = CallRequest {
            kind: Some(Kind::Mutation),
            ..request
        };
        match self.work(function, request, class, key) {
            Ok(work) => span.in_scope(|| work.start(underway, watcher)).err(),
            Err(error) => {
                refuse(watcher, error);
                None
            }
        }
    }

    /// What is checked of every call before anything runs.
    pub(super) fn check_call(&self, function: &Function, kind: Option<Kind>, args: &Object) -> Result<()> {
        function.check_kind(kind)?;
        check_size("argument_bytes", args.size(), self.calls.argument_bytes)?;
        function.check_args(&self.shapes, args)
    }

    /// What is checked of every result.
    pub(super) fn check_result(&self, value: &Value) -> Result<()> {
        check_size("result_bytes", value.size(), self.calls.result_bytes)
    }

    async fn checked(
        self: &Arc<Self>,
        function: &Arc<Function>,
        request: CallRequest,
        class: CallerClass,
        key: Option<RequestKey>,
        underway: super::running::Underway,
    ) -> Result<Answer, CallError> {
        let work = self.work(function, request, class, key)?;
        match function.kind {
            Kind::Query => work.query(underway).await,
            Kind::Mutation => work.mutation(underway).await,
            Kind::Action => work.action(underway).await,
        }
    }

    /// The call, if nothing is wrong with it.
    fn work(
        self: &Arc<Self>,
        function: &Arc<Function>,
        request: CallRequest,
        class: CallerClass,
        key: Option<RequestKey>,
    ) -> Result<Work> {
        self.check_call(function, request.kind, &request.args)?;
        if key.is_some() && function.kind != Kind::Mutation {
            let (path, defined) = (function.path.to_owned(), function.kind.name());
            return Err(Error::request(RequestError::KeyUnusable { path, defined }));
        }
        Ok(Work {
            engine: Arc::clone(self),
            function: Arc::clone(function),
            args: request.args,
            identity: request.identity,
            depth: Depth::default(),
            key,
            class,
            at: request.at,
            job: None,
        })
    }

    /// Runs a call that an action makes, as a transaction or action of its own.
    pub(super) async fn run_nested(
        self: &Arc<Self>,
        function: &Arc<Function>,
        args: Object,
        identity: Option<Arc<Identity>>,
        depth: Depth,
        job: Option<JobRun>,
    ) -> Result<Value> {
        let work = Work {
            engine: Arc::clone(self),
            function: Arc::clone(function),
            args,
            identity,
            depth,
            key: None,
            class: CallerClass::Server,
            at: None,
            job,
        };
        let answer = match function.kind {
            Kind::Query => work.query(()).await,
            Kind::Mutation => work.mutation(()).await,
            Kind::Action => work.nested_action().await,
        };
        answer.map(|answer| answer.value.into_value()).map_err(call_error)
    }
}

/// Longest text of an error in the log, in bytes: data that a client had a hand in may be long.
const MAX_LOGGED: usize = 4 << 10;

/// An error's text for the log.
fn shown(error: &Error) -> String {
    let mut text = error.to_string();
    if text.len() > MAX_LOGGED {
        text.truncate(text.floor_char_boundary(MAX_LOGGED));
        text.push_str(" .. (cut)");
    }
    text
}

fn span(function: &Function, request: &CallRequest, parent: Option<tracing::Id>) -> tracing::Span {
    let id = request.request_id;
    tracing::info_span!(parent: parent, "call", function = function.path, kind = function.kind.name(), request_id = %id)
}

pub(super) fn log<T>(result: &Result<T, CallError>) {
    match result {
        Ok(_) => tracing::debug!("ok"),
        Err(CallError::Function(error)) if error.as_request().is_some() => {
            tracing::debug!(error = shown(error), "refused");
        }
        Err(CallError::Function(error)) if error.app_data().is_some() => {
            tracing::info!(error = shown(error), "failed");
        }
        Err(CallError::Function(error)) => tracing::error!(error = shown(error), "failed"),
        Err(error) => tracing::warn!(%error, "turned away"),
    }
}
