//! Public functions in a user's name.

use std::sync::Arc;

use lunora_core::{identity::Identity, path::FunctionPath};

use super::{AdminKey, Revocation, outcome};
use crate::functions::{
    Answer, BoxFuture, CallError, CallRequest, LiveQueries, MutationWatcher, PublicDispatch, RequestId,
    Stalled, WatchError, WatchRequest,
    results::CallerClass,
    start::{Noted, refuse},
};

/// The proof that an admin key with scope `act-as` was verified, and the user: [`AdminKey::act_as`] alone makes it.
///
/// For functions its holder is a client like any other. Internal ones do not exist, errors come redacted.
#[derive(Debug)]
pub struct ActingCaller {
    key: AdminKey,
    user: Arc<Identity>,
}

impl ActingCaller {
    pub(super) fn new(key: AdminKey, user: Identity) -> Self {
        Self {
            key,
            user: Arc::new(user),
        }
    }

    /// The user.
    pub fn user(&self) -> &Identity {
        &self.user
    }

    /// The end of the key.
    pub const fn revocation(&self) -> &Revocation {
        self.key.revocation()
    }

    /// Leaves a line in the log about a call in the user's name.
    fn audit(&self, path: &FunctionPath, id: RequestId, result: &Result<Answer, CallError>) {
        let (key, user) = (self.key.name(), &self.user.token_identifier);
        tracing::info!(
            target: "lunora::audit",
            key, acting_as = user, function = %path, request_id = %id, outcome = outcome(result), "admin call"
        );
    }
}

impl PublicDispatch {
    /// The same as [`Self::watch`] in a user's name, for the holder of an admin key. Leaves an audit line.
    pub fn watch_as_user(
        &self,
        caller: &ActingCaller,
        queries: &mut LiveQueries,
        number: u32,
        request: WatchRequest,
    ) -> Result<(), WatchError> {
        let (key, user) = (caller.key.name(), &caller.user.token_identifier);
        let is_over = caller.revocation().is_over();
        let function = self.find(&request.path);
        let outcome = if is_over || function.is_err() {
            "refused"
        } else {
            "watched"
        };
        tracing::info!(
            target: "lunora::audit",
            key, acting_as = user, function = %request.path, outcome, "admin watch"
        );
        if is_over {
            return Err(WatchError::KeyRevoked);
        }
        let identity = Some(Arc::clone(&caller.user));
        let request = WatchRequest { identity, ..request };
        queries.set(number, request, CallerClass::Public, function)
    }

    /// Runs a public function as a user, for the holder of an admin key, and leaves an audit line when it is over. Run
    /// this to its end: a future that is dropped leaves none.
    pub fn call_as_user<'a>(
        &'a self,
        caller: &'a ActingCaller,
        request: CallRequest,
    ) -> BoxFuture<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            let (path, id) = (request.path.clone(), request.request_id);
            let identity = Some(Arc::clone(&caller.user));
            let result = if caller.revocation().is_over() {
                Err(CallError::KeyRevoked)
            } else {
                self.call(CallRequest { identity, ..request }).await
            };
            caller.audit(&path, id, &result);
            result
        })
    }

    /// The same as [`Self::start`] in a user's name. Leaves an audit line when it is over.
    pub fn start_as_user(
        &self,
        caller: &Arc<ActingCaller>,
        request: CallRequest,
        watcher: impl MutationWatcher,
    ) -> Option<Stalled> {
        let (auditor, path, id) = (Arc::clone(caller), request.path.clone(), request.request_id);
        let watcher = Noted {
            watcher,
            note: move |result: &_| auditor.audit(&path, id, result),
        };
        if caller.revocation().is_over() {
            refuse(watcher, CallError::KeyRevoked);
            return None;
        }
        let identity = Some(Arc::clone(&caller.user));
        self.start(CallRequest { identity, ..request }, watcher)
    }
}
