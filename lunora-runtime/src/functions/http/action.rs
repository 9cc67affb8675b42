//! What `#[http_action]` hands over.

use http::Method;
use lunora_core::{
    error::Result,
    reference::{Failing, Listed},
};

use super::{Request, Response, template::Template};
use crate::functions::{ActionCtx, BoxFuture};

/// An HTTP action, as a type. `#[http_action]` implements it; nothing else should.
pub trait HttpAction: Sized + 'static {
    /// The action itself, which has to be listed.
    type Place: Listed;
    /// Its parameter after the context.
    type Request: IsRequest;
    /// Its return type as written.
    type Return: HttpOutcome;
    /// The method, in capitals.
    const METHOD: &'static str;
    /// The path, with `{name}` and `{*name}` in it.
    const ROUTE: &'static str;
    /// Calls the user's function.
    const RUN: HttpRun<Self>;
}

/// Type of [`HttpAction::RUN`].
pub type HttpRun<A> =
    for<'a> fn(&'a ActionCtx, <A as HttpAction>::Request) -> BoxFuture<'a, <A as HttpAction>::Return>;

/// The parameter of an HTTP action.
#[diagnostic::on_unimplemented(
    message = "an HTTP action takes a `Request` after its context, found `{Self}`",
    label = "expected `lunora::Request`",
    note = "what is in the request is asked of it: `request.path::<T>()?`, `request.query::<T>()?`, \
            `request.json::<T>().await?`"
)]
pub trait IsRequest: Send + 'static {
    #[doc(hidden)]
    fn __of(request: Request) -> Self;
}
impl IsRequest for Request {
    fn __of(request: Request) -> Self {
        request
    }
}

/// The return type of an HTTP action.
#[diagnostic::on_unimplemented(
    message = "an HTTP action returns `Result<Response>`, found `{Self}`",
    label = "expected `lunora::Result<lunora::Response>`",
    note = "make the answer of a value with `Response::json(&value)`"
)]
pub trait HttpOutcome: Send + 'static {
    /// The same with the one error type.
    fn into_result(self) -> Result<Response>;
}
impl<E: Failing> HttpOutcome for Result<Response, E> {
    fn into_result(self) -> Result<Response> {
        self.map_err(Failing::into_error)
    }
}

/// What stands in `internal` under the name of an HTTP action wants this of its arguments, and nothing has it.
#[diagnostic::on_unimplemented(
    message = "an HTTP action is run by a request for its path, and by nothing else",
    label = "this is no function that could be called, scheduled or run by a cron",
    note = "move what is to be shared into an `#[internal_action]`, and call that from the HTTP action as well"
)]
pub trait RunByRequestsAlone<T> {}

/// An HTTP action without its types.
#[derive(Debug)]
pub(in crate::functions) struct BoundAction {
    pub(super) method: Method,
    pub(super) template: Template,
    pub(super) run: for<'a> fn(&'a ActionCtx, Request) -> BoxFuture<'a, Result<Response>>,
}

impl BoundAction {
    /// Nothing if the method is none, which the attribute refuses.
    pub(in crate::functions) fn of<A: HttpAction>() -> Option<Self> {
        Some(Self {
            method: Method::from_bytes(A::METHOD.as_bytes()).ok()?,
            template: Template::parse(A::ROUTE),
            run: erased::<A>,
        })
    }
}

/// The user's code runs inside the future, where panics are caught.
fn erased<A: HttpAction>(ctx: &ActionCtx, request: Request) -> BoxFuture<'_, Result<Response>> {
    Box::pin(async move { (A::RUN)(ctx, A::Request::__of(request)).await.into_result() })
}
