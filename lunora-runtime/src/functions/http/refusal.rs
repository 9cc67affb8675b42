//! What is wrong with a request, as an error that its sender reads.

use std::borrow::Cow;

use http::StatusCode;
use lunora_core::{
    error::Error,
    value::{Object, Value},
};

/// An application error with the data `{code, message}`, as the server's own refusals have it.
pub(crate) fn refusal(
    status: StatusCode,
    code: &'static str,
    message: impl Into<Cow<'static, str>>,
) -> Error {
    let data = [("code", Cow::Borrowed(code)), ("message", message.into())];
    let data = data.map(|(name, text)| (name.to_owned(), Value::from(&*text)));
    Error::app(Value::Object(Object::from_iter(data))).with_status(status.as_u16())
}

pub(super) fn bad_request(code: &'static str, message: impl Into<Cow<'static, str>>) -> Error {
    refusal(StatusCode::BAD_REQUEST, code, message)
}
