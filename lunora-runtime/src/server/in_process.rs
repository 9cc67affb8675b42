//! The HTTP actions of an application without a socket, for tests.

use std::sync::Arc;

use axum_core::{body::Body, response::Response};
use lunora_core::identity::Identity;

use super::{entry::Shared, http_actions, options::ServerOptions};
use crate::functions::Runtime;

/// Answers requests for HTTP actions and files as a server does.
#[derive(Debug, Clone)]
pub(crate) struct InProcess(Arc<Shared>);

impl InProcess {
    pub(crate) fn new(runtime: Runtime) -> Self {
        Self(Arc::new(Shared::new(runtime, ServerOptions::default())))
    }

    /// Answers a request of `user`, or of whom its token vouches for.
    pub(crate) async fn answer(&self, user: Option<Arc<Identity>>, request: http::Request<Body>) -> Response {
        http_actions::answer_for(user, Arc::clone(&self.0), request).await
    }
}
