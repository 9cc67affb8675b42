//! The proof of a key that opens internal functions.

use lunora_core::path::FunctionPath;

use super::{AdminKey, MissingScope, Revocation, Scope, outcome};
use crate::functions::{Answer, CallError, RequestId, WatchRequest};

/// The proof that an admin key with scope `run-internal` was verified: [`AdminKey::run_internal`] alone makes it.
#[derive(Debug)]
pub struct AdminCaller(AdminKey);

impl AdminCaller {
    pub(super) const fn new(key: AdminKey) -> Self {
        Self(key)
    }

    /// Name of the key.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// Refuses a holder who may not call functions as a user.
    pub fn require_act_as(&self) -> Result<(), MissingScope> {
        self.0.require(Scope::ActAs)
    }

    /// The end of the key.
    pub const fn revocation(&self) -> &Revocation {
        self.0.revocation()
    }

    /// Leaves a line in the log about a query that is watched with the key.
    pub(in crate::functions) fn audit_watch(&self, request: &WatchRequest, is_there: bool) {
        let (key, outcome) = (self.name(), if is_there { "watched" } else { "refused" });
        let acting_as = request
            .identity
            .as_ref()
            .map(|user| user.token_identifier.as_str());
        tracing::info!(
            target: "lunora::audit",
            key, acting_as, function = %request.path, outcome, "admin watch"
        );
    }

    /// Leaves a line in the log about what was done with the key.
    pub(in crate::functions) fn audit(
        &self,
        path: &FunctionPath,
        id: RequestId,
        acting_as: Option<&str>,
        result: &Result<Answer, CallError>,
    ) {
        let (key, outcome) = (self.name(), outcome(result));
        tracing::info!(
            target: "lunora::audit",
            key, acting_as, function = %path, request_id = %id, outcome, "admin call"
        );
    }
}
