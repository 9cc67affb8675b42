//! A server without a socket, for tests.

use std::sync::Arc;

use axum_core::{body::Body, response::Response};
use lunora_core::identity::Identity;

use super::{
    caller::Vouched,
    entry::{Entry, Shared},
    options::ServerOptions,
};
use crate::functions::Runtime;

/// Answers requests as a server does that has them from the network.
#[derive(Debug, Clone)]
pub(crate) struct InProcess(Entry);

impl InProcess {
    pub(crate) fn new(runtime: Runtime) -> Self {
        Self(Entry::new(Arc::new(Shared::new(
            runtime,
            ServerOptions::default(),
        ))))
    }

    /// Answers a request of `user`, or of whom its token vouches for.
    pub(crate) async fn answer(
        &self,
        user: Option<Arc<Identity>>,
        mut request: http::Request<Body>,
    ) -> Response {
        if let Some(user) = user {
            request.extensions_mut().insert(Vouched(user));
        }
        self.0.answer(request).await
    }
}
