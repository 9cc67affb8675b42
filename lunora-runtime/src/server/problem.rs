//! What is wrong with a request: a status and `{"code","message"}`.

use std::{any::Any, borrow::Cow, time::Duration};

use axum_core::{body::Body, response::Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use lunora_core::{error::Error, json::write_string};

use crate::functions::refusal;

/// Longest message, in bytes: a request may be large, what is said about it is not.
const MAX_MESSAGE: usize = 1000;

pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A refusal of a request.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    retry_after: Option<Duration>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            retry_after: None,
        }
    }

    pub(super) fn bad_request(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn unauthorized(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    pub(super) fn too_large(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, code, message)
    }

    pub(super) fn overloaded(message: impl Into<Cow<'static, str>>, retry_after: Duration) -> Self {
        Self::unavailable("Overloaded", message, retry_after)
    }

    /// Something that is worth trying again after a while.
    pub(super) fn unavailable(
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
        retry_after: Duration,
    ) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message);
        Self {
            retry_after: Some(retry_after),
            ..problem
        }
    }

    /// A call ended without an answer, because something outside of its function panicked.
    pub(super) fn lost(panic: &(dyn Any + Send)) -> Self {
        log_lost(panic);
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            "The call was lost.",
        )
    }

    pub(super) fn shutting_down() -> Self {
        let message = "The server is shutting down. Try again in a moment.";
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "ShuttingDown", message);
        Self {
            retry_after: Some(Duration::from_secs(1)),
            ..problem
        }
    }

    /// The same as an error of a function, whose caller reads it.
    pub(super) fn into_error(self) -> Error {
        refusal(self.status, self.code, self.message)
    }

    fn body(&self) -> Vec<u8> {
        let message = &self.message[..self.message.floor_char_boundary(MAX_MESSAGE)];
        let mut out = Vec::with_capacity(self.code.len() + message.len() + 32);
        out.extend_from_slice(b"{\"code\":");
        write_string(self.code, &mut out);
        out.extend_from_slice(b",\"message\":");
        write_string(message, &mut out);
        out.push(b'}');
        out
    }
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        let mut response = json(problem.status, problem.body());
        if let Some(delay) = problem.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(delay)));
        }
        response
    }
}

/// At least one: zero would ask for the next attempt at once.
fn whole_seconds(delay: Duration) -> u64 {
    delay.as_secs() + u64::from(delay.subsec_nanos() > 0 || delay.is_zero())
}

/// A JSON response.
pub(super) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    with_type(status, JSON, body.into())
}

/// A response with one header, its content type.
pub(super) fn with_type(status: StatusCode, content_type: HeaderValue, body: Body) -> Response {
    const CONTENT_TYPE: HeaderName = header::CONTENT_TYPE;
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// Leaves a line in the log about a call that ended without an answer.
pub(super) fn log_lost(panic: &(dyn Any + Send)) {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    tracing::error!(panic = text, "a call was lost");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Problem, whole_seconds};

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let body = Problem::bad_request("Code", "ä".repeat(600)).body();
        let text = String::from_utf8(body).unwrap();
        assert_eq!(
            text,
            format!(r#"{{"code":"Code","message":"{}"}}"#, "ä".repeat(500))
        );
    }

    #[test]
    fn retry_after_is_never_zero_and_rounds_up() {
        let seconds = [0, 1, 1000, 1001].map(|millis| whole_seconds(Duration::from_millis(millis)));
        assert_eq!(seconds, [1, 1, 1, 2]);
    }
}
