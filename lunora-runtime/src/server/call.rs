//! A request for a call, from its bytes to the bytes of its answer.

use std::time::Duration;

use axum_core::{extract::Request, response::Response};
use http::{StatusCode, request::Parts};
use lunora_core::{Object, json::Format, path::FunctionPath, reference::Kind};

use super::{
    admission::Quota,
    answer::{self, Refusal, View},
    body,
    caller::Caller,
    dispatch,
    entry::{Shared, request_id},
    envelope::{Envelope, Shape, path_of_address},
    finishing::Finishing,
    held::hold,
    idempotency, moments,
    problem::{Problem, json},
};
use crate::functions::{
    Answer, AuthError, CallError, CallLimits, CallRequest, IdempotencyKey, InvalidAdminKey,
};

/// Where a route takes the function from, and of which kind it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// From the body; of this kind.
    Body(Kind),
    /// From the body, with a timestamp; a query.
    AtTimestamp,
    /// From the query string; a query.
    QueryString,
    /// From the body; of any kind.
    AnyKind,
    /// From the address; of any kind.
    Address,
}

const RUN_PREFIX: &str = "/api/run/";

impl Target {
    fn kind(self) -> Option<Kind> {
        match self {
            Self::Body(kind) => Some(kind),
            Self::QueryString | Self::AtTimestamp => Some(Kind::Query),
            Self::AnyKind | Self::Address => None,
        }
    }

    fn shape(self) -> Shape {
        match self {
            Self::Body(_) | Self::AtTimestamp | Self::QueryString => Shape::ObjectOrArray,
            Self::AnyKind | Self::Address => Shape::Object,
        }
    }

    fn refusal(self) -> Refusal {
        match self {
            Self::Body(_) | Self::AtTimestamp | Self::QueryString => Refusal::PublicFunction,
            Self::AnyKind | Self::Address => Refusal::Function,
        }
    }
}

/// Answers a request for a call.
pub(super) async fn call(target: Target, shared: &Shared, request: Request) -> Response {
    try_call(target, shared, request)
        .await
        .unwrap_or_else(Response::from)
}

async fn try_call(target: Target, shared: &Shared, request: Request) -> Result<Response, Problem> {
    if shared.lifecycle.is_ending() {
        return Err(Problem::shutting_down());
    }
    let limits = &shared.options.limits;
    let (parts, body) = request.into_parts();
    // Read first, whatever the headers say: a client that is still sending would not read a refusal.
    let body = body::receive(&parts.headers, body, limits, &shared.buffers).await?;
    let slot = shared.requests.take(1).ok_or_else(too_many)?;
    let caller = Caller::of(&parts, &shared.runtime).await?;
    let asked = Asked::read(target, &parts, &body.bytes, shared.runtime.call_limits())?;
    let request_id = request_id(&parts);
    let view = View {
        request_id,
        format: asked.format,
        in_full: caller.is_admin() || shared.options.dev,
        refusal: target.refusal(),
    };
    let at = match target {
        Target::AtTimestamp => Some(moments::moment_at(&shared.runtime, &asked.ts)?),
        _ => None,
    };
    let request = CallRequest {
        path: asked.path,
        kind: target.kind(),
        args: asked.args,
        identity: None,
        idempotency_key: idempotency::key(&parts.headers, &caller)?.map(IdempotencyKey::Own),
        request_id,
        at,
    };
    let runtime = shared.runtime.clone();
    // The call goes on when its client hangs up, and holds its place and its memory until it is over.
    let call = Finishing::new(async move {
        let _held = (slot, body);
        dispatch::call(&runtime, &caller, request).await
    });
    let outcome = call.await.map_err(|panic| Problem::lost(&*panic))?;
    answer(outcome, &view, &shared.unread)
}

fn answer(result: Result<Answer, CallError>, view: &View, unread: &Quota) -> Result<Response, Problem> {
    Ok(json(StatusCode::OK, hold(outcome(result, view)?, unread)?))
}

/// What a function did, as JSON; or why none ran.
pub(super) fn outcome(result: Result<Answer, CallError>, view: &View) -> Result<Vec<u8>, Problem> {
    match result {
        Ok(answer) => Ok(answer::success(&answer.value, view.format)),
        Err(CallError::Function(error)) => Ok(answer::failure(&error, view)),
        Err(CallError::Overloaded { retry_after }) => Err(Problem::overloaded(
            "The server has more calls than it can run.",
            retry_after,
        )),
        Err(CallError::ShuttingDown) => Err(Problem::shutting_down()),
        Err(CallError::KeyRevoked) => Err(AuthError::Key(InvalidAdminKey).into()),
    }
}

pub(super) fn too_many() -> Problem {
    let message = "The server works on as many requests as it may (limit: concurrent_requests).";
    Problem::overloaded(message, Duration::from_secs(1))
}

/// What a request asks for.
pub(super) struct Asked {
    pub(super) path: FunctionPath,
    pub(super) args: Object,
    pub(super) format: Format,
    /// The timestamp to read at, as it is written; empty where there is none.
    ts: String,
}

impl Asked {
    /// Everything here looks at the request alone, never at the functions that there are.
    fn read(target: Target, parts: &Parts, body: &[u8], limits: &CallLimits) -> Result<Self, Problem> {
        let mut envelope = match target {
            Target::QueryString => Envelope::from_query(parts.uri.query().unwrap_or_default())?,
            _ => Envelope::from_body(&parts.headers, body)?,
        };
        if target == Target::Address {
            let address = parts.uri.path().strip_prefix(RUN_PREFIX).unwrap_or_default();
            envelope.name(path_of_address(address)?);
        }
        // To other routes it means nothing, and may be anything.
        let ts = match target {
            Target::AtTimestamp => envelope.timestamp()?,
            _ => String::new(),
        };
        let text_len = match target {
            Target::QueryString => parts.uri.query().map_or(0, str::len),
            _ => body.len(),
        };
        let asked = Self::from_envelope(envelope, target.shape(), text_len, limits)?;
        Ok(Self { ts, ..asked })
    }

    /// `text_len` is the length of what the envelope came in, at least that of the JSON in it.
    pub(super) fn from_envelope(
        envelope: Envelope<'_>,
        shape: Shape,
        text_len: usize,
        limits: &CallLimits,
    ) -> Result<Self, Problem> {
        let path = envelope.path()?;
        envelope.check_component()?;
        let format = envelope.format()?;
        let args = envelope.into_args(shape)?;
        check_size(&args, text_len, limits.argument_bytes)?;
        Ok(Self {
            path,
            args,
            format,
            ts: String::new(),
        })
    }
}

/// Looks at the arguments only if text of this length can be that large: a value counts at most five times what its
/// JSON takes (`0,` is two bytes, a number counts nine).
fn check_size(args: &Object, text_len: usize, limit: usize) -> Result<(), Problem> {
    if text_len.saturating_mul(5) > limit && args.size() > limit {
        let message = format!("The arguments are larger than {limit} bytes (limit: argument_bytes).");
        return Err(Problem::too_large("ArgumentsTooLarge", message));
    }
    Ok(())
}
