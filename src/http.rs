//! What HTTP actions work with; see [`http_action`](macro@crate::http_action).

#[doc(inline)]
pub use lunora_runtime::functions::{Body, Request, Response, Webhook};
#[doc(no_inline)]
pub use lunora_runtime::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
