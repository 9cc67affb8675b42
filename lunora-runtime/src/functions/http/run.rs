//! Running an HTTP action: as a task of its own, which ends when it ends.

use std::sync::Arc;

use lunora_core::identity::Identity;
use tracing::Instrument;

use super::{Body, Request, Response, routes::FoundAction};
use crate::functions::{ActionCtx, CallError, RequestId, Runtime, action::joined, call::log};

/// A request for an HTTP action.
#[derive(Debug)]
pub struct HttpCall {
    /// The action.
    pub found: FoundAction,
    /// Method, address and headers.
    pub head: http::request::Parts,
    /// The body.
    pub body: Body,
    /// Who is asking.
    pub identity: Option<Arc<Identity>>,
    /// Id of this request.
    pub request_id: RequestId,
}

impl Runtime {
    /// Runs an HTTP action to its end, also when its caller goes away; `held` is dropped then.
    pub async fn run_http(&self, call: HttpCall, held: impl Send + 'static) -> Result<Response, CallError> {
        let engine = Arc::clone(self.engine());
        let Some(underway) = engine.running.enter() else {
            return Err(CallError::ShuttingDown);
        };
        let HttpCall {
            found,
            head,
            body,
            identity,
            request_id,
        } = call;
        // By the name that calls have in their spans, so that whoever looks for the lines of one finds them.
        let span = tracing::info_span!(
            "http action", method = %head.method, function = found.route(), request_id = %request_id
        );
        let ctx = ActionCtx::new(Arc::clone(&engine), identity);
        let task = async move {
            let _held = (underway, held);
            let request = Request::new(head, found.params, body);
            let answer = engine.in_action_time((found.action.run)(&ctx, request)).await;
            answer?.checked()
        };
        let result = tokio::spawn(task.instrument(span.clone())).await;
        let result = result
            .unwrap_or_else(|error| Err(joined(error)))
            .map_err(CallError::from);
        span.in_scope(|| log(&result));
        result
    }
}
