//! Requests for the HTTP actions of the application.
//!
//! They come after the routes of the server, and before its files. What is said about origins, by `OPTIONS` too, is the
//! application's own business here.

use std::{sync::Arc, time::Duration};

use axum_core::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use lunora_core::{
    error::Error,
    json::{Format, write},
};

use super::{
    admission::Share,
    answer::{self, Refusal, View},
    assets, caller,
    entry::{Shared, request_id},
    held::hold,
    incoming::Incoming,
    pages,
    problem::{Problem, json},
    streamed::StreamedBody,
};
use crate::functions::{CallError, Found, FoundAction, HttpCall, RequestId, ResponseBody};

/// Headers that say how a message is framed, which only the server knows.
const FRAMING: [HeaderName; 4] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Answers what no route of the server does: by an HTTP action, or else a file.
pub(super) async fn answer(shared: &Shared, request: Request) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    let mut methods = match shared.runtime.http_actions().find(method, path) {
        Found::Action(found) => {
            let answer = run(found, shared, request).await;
            return answer.unwrap_or_else(Response::from);
        }
        Found::OtherMethods(methods) => methods,
        Found::Nothing => return assets::asset(shared, &request),
    };
    if assets::has(shared, path) {
        methods.extend([Method::GET, Method::HEAD]);
        if methods.contains(method) {
            return assets::asset(shared, &request);
        }
    }
    pages::only_by(&methods)
}

async fn run(found: FoundAction, shared: &Shared, request: Request) -> Result<Response, Problem> {
    if shared.lifecycle.is_ending() {
        return Err(Problem::shutting_down());
    }
    // Until the action has ended and its answer, which may be a stream, has been sent.
    let slot = Arc::new(shared.http_requests.take(1).ok_or_else(too_many)?);
    let (head, body) = request.into_parts();
    let identity = match caller::vouched(&head) {
        None => caller::identity(&head.headers, &shared.runtime).await?,
        known => known,
    };
    let request_id = request_id(&head);
    let (body, leftover) = Incoming::split(&head.headers, body, &shared.options.limits, &shared.buffers);
    let call = HttpCall {
        found,
        head,
        body,
        identity,
        request_id,
    };
    let outcome = shared.runtime.run_http(call, Arc::clone(&slot)).await;
    leftover.discard(shared.options.limits.body_timeout).await;
    match outcome {
        Ok(response) => {
            let (status, headers, body) = response.into_parts();
            Ok((
                status,
                unframed(headers),
                sendable(body, slot, request_id, shared)?,
            )
                .into_response())
        }
        Err(CallError::Function(error)) => failed(error, request_id, shared),
        Err(CallError::Overloaded { retry_after }) => Err(Problem::overloaded(
            "The server has more calls than it can run.",
            retry_after,
        )),
        Err(CallError::ShuttingDown | CallError::KeyRevoked) => Err(Problem::shutting_down()),
    }
}

fn too_many() -> Problem {
    let message = "The server works on as many HTTP actions as it may (limit: concurrent_http_actions).";
    Problem::overloaded(message, Duration::from_secs(1))
}

fn unframed(mut headers: HeaderMap) -> HeaderMap {
    for name in FRAMING {
        headers.remove(name);
    }
    headers
}

fn sendable(body: ResponseBody, slot: Arc<Share>, id: RequestId, shared: &Shared) -> Result<Body, Problem> {
    let pause = shared.options.limits.stream_pause;
    Ok(match body {
        ResponseBody::Whole(bytes) => Body::from(hold(bytes, &shared.unread)?),
        ResponseBody::Streamed(pieces) => Body::new(StreamedBody::new(pieces, pause, slot, id)),
        ResponseBody::Endless(pieces) => {
            let body = StreamedBody::new(pieces, pause, slot, id);
            Body::new(body.until_stop(shared.lifecycle.watch()))
        }
    })
}

/// An application error is for the sender, with its status. Anything else is for the log.
fn failed(error: Error, request_id: RequestId, shared: &Shared) -> Result<Response, Problem> {
    if let Some(data) = error.app_data() {
        let status = error
            .status()
            .and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.filter(|status| status.is_client_error() || status.is_server_error());
        let mut body = Vec::new();
        write(Format::Export, data, &mut body);
        let status = status.unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = json(status, hold(body, &shared.unread)?);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(1));
        }
        return Ok(response);
    }
    let view = View {
        request_id,
        format: Format::Clean,
        in_full: shared.options.dev,
        refusal: Refusal::Function,
    };
    // Refusals that reach this come from calls of the application's own.
    let message = answer::message(&error.nested(), &view);
    Err(Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "InternalServerError",
        message,
    ))
}
